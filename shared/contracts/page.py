"""docs/domain.md, made from the declarations: what each service keeps, how it lives, and how it is called elsewhere.

python -m shared.contracts.page
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from shared.contracts import KINDS, NODE_KINDS, Kind
from shared.contracts.base import Record, State
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.portfolio import PORTFOLIO
from shared.contracts.relations import OTHER, RELATIONS, End, Relation
from shared.contracts.terms import TERMS
from shared.contracts.told import described

PAGE = Path(__file__).parents[2] / "docs" / "domain.md"
_COMMON = {*State.model_fields, *Record.model_fields, "kind"} - {"state"}
_HEAD = """# The domain

Made from the declarations in `shared/contracts/` by `python -m shared.contracts.page`; a test holds the two together.

Each kind has its members below its service, with what is written there: in a bundle a reference is `kind/key`, over
HTTP the id. Only `name` has to be given, and what is marked with `*`. Ids that point into the same service are checked;
into another one they are not, since it may know more than we do: what does not arrive is a finding. The server adds
`id`, `version`, `provenance`, and who created and last changed it when. `plumbline explain KIND` says the same, with
the bounds, and what a transition asks for.

In the state diagrams a live state is shaded. What is in no live state any more is history, and what is in none yet is a
plan: neither justifies anything.

## What every entity has
"""


def render() -> str:
    parts = [_HEAD, _table([_MEMBERS_HEAD, *_rows(_written(NODE_KINDS["driver"]), common=True)])]
    for service, kinds in KINDS.items():
        nodes = [kind for kind in kinds if not kind.is_link]
        parts += [f"## {service}\n", _fenced(_class_diagram(nodes)), *_lifecycles(nodes)]
        parts += [each for kind in nodes for each in _members(kind)]
    parts += ["## Links and relations\n", _LINKS, _table(_relations()), "## What others call it\n", _table(TERMS)]
    parts += ["A service in the portfolio, and the pair of life cycle stage and status that CSDM has for it:\n"]
    parts += [_table([("State", "Phase", "Stage", "Status"), *((s, *each) for s, each in PORTFOLIO.items())])]
    return "\n".join(parts).rstrip() + "\n"


_LINKS = """A link is kept by the service of its source: `type`, `source`, `target`, `rationale`, `confidence`, and of
an influence its `sign`. It is active or ended, and its type and ends never change. Relations that *lead up* make up the
answer to "why does this exist?"; a change *reaches* the end that is named.
"""


def _written(kind: Kind) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = described(kind, {})["members"]
    return told


def _members(kind: Kind) -> Iterator[str]:
    """What a kind has of its own."""
    yield f"### Members of {kind.name}\n"
    yield f"{described(kind, {})['meaning']}\n"
    rows = [*_rows(_written(kind), common=False)]
    yield _table([_MEMBERS_HEAD, *rows]) if rows else "None of its own.\n"


def _rows(members: list[dict[str, Any]], *, common: bool) -> Iterator[tuple[str, ...]]:
    """A row for each member; what a nested type consists of below it, by its path. The states are in the diagrams."""
    for member in members:
        name, is_common = member["name"], member["name"] in _COMMON
        if is_common is not common or name == "state":
            continue
        yield from _row(member, name)


def _row(member: dict[str, Any], path: str) -> Iterator[tuple[str, ...]]:
    yield f"`{path}`{'*' if member['required'] else ''}", member["form"], member["meaning"]
    for part in member.get("members", ()):
        yield from _row(part, f"{path}.{part['name']}")
    for type_ in member.get("types", ()):
        for part in type_["members"]:
            if part["name"] != "type":
                yield from _row(part, f"{path}.{part['name']} ({type_['type']})")


_MEMBERS_HEAD = ("Member", "What is written", "What it means")


def _fenced(lines: Iterator[str]) -> str:
    return "\n".join(("```mermaid", *lines, "```", ""))


def _class_diagram(kinds: list[Kind]) -> Iterator[str]:
    yield "classDiagram"
    for kind in kinds:
        yield f"  class {kind.name} {{"
        for name, info in kind.model.model_fields.items():
            if name not in _COMMON and name != "state":
                yield f"    {_type(info)} {name}{'*' if info.is_required() else ''}"
        yield "  }"
    names = {kind.name for kind in kinds}
    for kind in kinds:
        yield from sorted({line for line in _pointers(kind) if line.split()[2] in names})


def _pointers(kind: Kind) -> Iterator[str]:
    for reference in kind.references:
        for target in reference.kinds:
            yield f"  {kind.name} --> {target} : {reference.path.partition('[')[0].partition('.')[0]}"


def _type(info: FieldInfo) -> str:
    """A type in one word, as a reader wants it: what is in a list, which words there are to choose from."""
    return _word(info.annotation)


def _word(annotation: Any) -> str:
    choices = [each for each in get_args(annotation) if each is not type(None)]
    if get_origin(annotation) is list:
        return f"{_word(choices[0])}[]"
    if choices and all(isinstance(each, str) for each in choices):
        return "choice"
    if choices and not isinstance(annotation, type):
        return _word(choices[0])
    name: str = annotation.__name__
    return _WORDS.get(name, name)


_WORDS = {"str": "text", "AwareDatetime": "instant", "float": "number", "int": "number", "bool": "flag", "UUID": "id"}


def _lifecycles(kinds: list[Kind]) -> Iterator[str]:
    by_life: dict[str, list[Kind]] = {}
    for kind in kinds:
        by_life.setdefault("\n".join(_state_diagram(kind.lifecycle)), []).append(kind)
    for diagram, alike in by_life.items():
        yield f"### {', '.join(kind.name for kind in alike)}\n"
        yield _fenced(iter(diagram.splitlines()))
        yield from (line for kind in alike for line in _remarks(kind))


def _state_diagram(lifecycle: Lifecycle) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"  [*] --> {lifecycle.initial}"
    for state, targets in lifecycle.moves.items():
        yield from (f"  {state} --> {target}" for target in targets)
        if not targets:
            yield f"  {state} --> [*]"
    yield "  classDef live fill:#8fbf8f,color:#111"
    if lifecycle.live:
        yield f"  class {','.join(state for state in lifecycle.states if state in lifecycle.live)} live"


def _remarks(kind: Kind) -> Iterator[str]:
    if kind.signed_as:
        yield f"- `{kind.name}`: a signed increment takes it to {kind.signed_as}.\n"
    for timed in kind.timed:
        yield f"- `{kind.name}`: {timed.state} becomes {timed.to} by itself at `{timed.at}`.\n"
    for phase, states in kind.phases.items():
        yield f"- `{kind.name}`: {phase} is {', '.join(s for s in kind.lifecycle.states if s in states)}.\n"


def _relations() -> list[tuple[str, ...]]:
    head = ("Relation", "Inverse", "Joins", "Up", "Risk", "Review")
    return [
        head,
        *(
            (
                r.name,
                r.inverse,
                _joins(r),
                _ends(r, [r.up] if r.up else []),
                _ends(r, r.risk),
                _ends(r, r.review, borne=False),
            )
            for r in RELATIONS.values()
        ),
    ]


def _joins(relation: Relation) -> str:
    pairs = [f"{_kinds(sources)} → {_kinds(targets)}" for sources, targets in relation.pairs]
    return "; ".join(["two of the same kind", *pairs] if relation.same_kind else pairs)


def _ends(relation: Relation, ends: Collection[End], *, borne: bool = True) -> str:
    """Which ends a column marks, and from which kinds only."""
    if not ends:
        return ""
    marked = "both" if len(ends) == len(OTHER) else next(iter(ends))
    return f"{marked} ({_kinds(relation.bearers)})" if relation.bearers and borne else marked


def _kinds(names: frozenset[str]) -> str:
    return "any" if len(names) == len(NODE_KINDS) else ", ".join(kind for kind in NODE_KINDS if kind in names)


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *body)) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render())
