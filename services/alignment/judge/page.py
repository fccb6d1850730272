"""docs/rules.md, made from the catalogue: the words of each rule, its examples and its source.

python -m services.alignment.judge.page
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from services.alignment.judge.catalogue import SHOWN, UNDECIDED
from services.alignment.judge.catalogue.view import OF_THE_VIEW
from services.alignment.judge.remedies import DECISIONS
from services.alignment.judge.rule import Rule

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
_HEAD = """# The rules

Made from the catalogue by `python -m services.alignment.judge.page`; a test holds the two together. `GET
/alignment/v1/rules` and `plumbline rules` show the same.

Each rule says when it finds something and what mends that, with an example that passes and one that fails; the tests
run both, and apply the remedy. An example is a graph, its subject first: `kind:name state type +member=value, ...; name
relation name, ...`; a relation may be `ended`, have a confidence (`~0.4`), be `against` its target, or
lead to what has `changed` since it was signed. How grave its
findings are stands beside its title; on what is vital (criticality 5) they are one degree graver. *Live* is what is in
a live state, within its validity; only what is live and relations that hold are looked at, unless a rule names states
or validity itself. `GET /findings/{id}/remedy` and `plumbline fix` have what mends a finding as changes that can be
made, unless a rule says here that only people can mend it, and what they decide. Numbers are limits of the rule; an
organisation can [set](views/settings.md) them, how grave a rule is, and whether it is asked at all.
"""
_VIEW = """## The view itself

No event says whether these hold: `GET /alignment/v1/status` answers them as of now, in `findings`. They count in no
score.

| Rule | | How grave | When | Remedy |
|---|---|---|---|---|
"""
_UNDECIDED = """## Rules that nothing here can decide

They are known and left out, since what they would read is not recorded. Nothing is guessed in their place.

| Rule | | What is missing |
|---|---|---|
"""


def render() -> str:
    """The page as Markdown."""
    dimensions = groupby(sorted(SHOWN.values(), key=lambda rule: _order(rule.dimension)), lambda rule: rule.dimension)
    parts = [f"## {name.replace('_', '-')}\n\n" + "\n".join(map(_rule, some)) for name, some in dimensions]
    rows = "".join(f"| {each.id} | {each.title} | {each.why} |\n" for each in UNDECIDED)
    view = "".join(f"| {e.id} | {e.title} | {e.severity.name} | {e.condition} | {e.remedy} |\n" for e in OF_THE_VIEW)
    return "\n".join([_HEAD, *parts, _VIEW + view, _UNDECIDED + rows])


def _order(dimension: str) -> int:
    return list(dict.fromkeys(rule.dimension for rule in SHOWN.values())).index(dimension)


def _rule(rule: Rule) -> str:
    return "\n".join(
        (
            f"### {rule.id} {rule.title} ({rule.severity.name})\n",
            f"{rule.condition} {rule.remedy}\n",
            *([f"Only people can mend it. {DECISIONS[rule.id]}\n"] if rule.id in DECISIONS else []),
            *_examples(rule),
            f"Source: {rule.source}.\n",
        )
    )


def _examples(rule: Rule) -> Iterator[str]:
    yield "```text"
    yield f"passes  {rule.passes}"
    yield f"fails   {rule.fails}"
    yield f"mended  {rule.mended.strip()}"
    yield "```\n"


if __name__ == "__main__":
    PAGE.write_text(render())
