"""The tables of docs/formats.md, made from those of the code.

python -m shared.interchange.formats.page
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.interchange.formats import FORMATS, stratml
from shared.interchange.formats.backstage import terms as backstage
from shared.interchange.formats.tmf import terms as tmf
from shared.interchange.found import FOUND_IN

PAGE = Path(__file__).parents[3] / "docs" / "formats.md"
_BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def render(text: str) -> str:
    """The page with every table as the code has it. Raises KeyError for one that there is not."""
    made = tables()
    return _BLOCK.sub(lambda found: f"{found[1]}\n{made[found[2]]}\n{found[3]}", text)


def tables() -> dict[str, str]:
    """Each table by its name."""
    return {
        "formats": _table(
            ("Format", "In", "Out", "What it is", "How to come by it"),
            ((f"`{f.name}`", "yes", "yes" if f.write else "–", f.title, f.origin) for f in FORMATS),
        ),
        "stratml": _table(("StratML", "Here"), stratml.MAPPING),
        "backstage": _table(
            ("Backstage", "Here"),
            [
                *((word.capitalize(), _kind(term.kind, term.type)) for word, term in backstage.TERMS.items()),
                *((f"{kind.capitalize()}: {name}", relation) for (kind, name), relation in backstage.PARENTS.items()),
                *((f"{k.capitalize()}: {n}", _ends(*told)) for (k, n), told in backstage.LISTS.items()),
                ("owner; Group: parent, children", "`owner`; `parent_id`"),
                *((f"lifecycle {word}", f"state {state}") for word, state in backstage.LIFECYCLES.items()),
            ],
        ),
        "tmf": _table(
            ("TM Forum", "Here"),
            [
                *((word, _kind(term.kind, term.type)) for word, term in tmf.TERMS.items()),
                (", ".join(sorted(tmf.PRICES)), "`price_refs` of the offerings that name it"),
                *((f"relationship {word}, {kind}", relation) for (kind, word), relation in tmf.RELATIONSHIPS.items()),
                *((f"related party {role}", f"partner ({type})") for role, type in tmf.PARTNERS.items()),
                (", ".join(tmf.CHARACTERISTICS), "`custom`"),
            ],
        ),
        "tmf-states": _table(("Status", *tmf.STATES), _states()),
        "found": _table(("Kind", "Registered as"), FOUND_IN.items()),
    }


def _states() -> Iterable[Sequence[str]]:
    words = dict.fromkeys(word for states in tmf.STATES.values() for word in states)
    return ((word, *(states.get(word, "") for states in tmf.STATES.values())) for word in words)


def _kind(kind: str, type: str | None) -> str:
    return f"{kind} ({type})" if type else kind


def _ends(relation: str, swapped: bool) -> str:
    return f"{relation}, from the other end" if swapped else relation


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text()))
