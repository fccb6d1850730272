"""The tables of docs/archimate.md: ``python -m shared.interchange.formats.archimate.page`` writes them into it."""

from collections.abc import Iterable
from pathlib import Path

from shared.interchange.formats.archimate.fourth import GONE, MERGED
from shared.interchange.formats.archimate.tables import ELEMENTS, rows
from shared.interchange.found import FOUND_IN

PAGE = Path(__file__).parents[4] / "docs" / "archimate.md"
_RELATIONS = (
    "Realization", "Influence", "Serving", "Assignment", "Triggering", "Flow", "Access", "Specialization",
    "Composition", "Aggregation", "Association",
)  # fmt: skip


def tables() -> dict[str, str]:
    """Each table by the name that it has in the page."""
    return {"elements": _elements(), "relations": _relations(), "fourth": _fourth()}


def _elements() -> str:
    by_kind: dict[tuple[str, str | None], list[str]] = {}
    for type_, target in ELEMENTS.items():
        by_kind.setdefault(target, []).append(type_)
    lines = (
        (", ".join(types), f"`{kind}`{f' ({sub})' if sub else ''}", f"`{FOUND_IN[kind]}`")
        for (kind, sub), types in by_kind.items()
    )
    return _table(("ArchiMate", "here", "found in"), lines)


def _relations() -> str:
    lines = []
    for type_ in _RELATIONS:
        found = [f"`{row.name}`{' (ends change places)' if type_ in row.swapped else ''}" for row in rows(type_)]
        lines.append((type_, ", ".join([*found, "`relates_to`"])))
    return _table(("ArchiMate", "the first that the kinds of its ends fit"), lines)


def _fourth() -> str:
    names = {**MERGED, **{was: gone.by for was, gone in GONE.items()}}
    lines = ((was, now, _here(was), _here(now)) for was, now in names.items())
    return _table(("ArchiMate 3.2", "ArchiMate 4", "3.2 here", "4 here"), lines)


def _here(type_: str) -> str:
    kind, sub = ELEMENTS.get(type_, ("", None))
    return f"`{kind}`{f' ({sub})' if sub else ''}" if kind else "not stored"


def _table(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    rows = [tuple(head), *map(tuple, lines)]
    rule = "|".join("---" for _ in rows[0])
    first, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join((first, f"|{rule}|", *rest))


def render(page: str) -> str:
    """The page with the tables as they are now."""
    for name, table in tables().items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        page = f"{before}{mark}{table}\n{rest[rest.index('<!-- end -->') :]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text()))
