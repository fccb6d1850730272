"""Two dimensions, with a word in each cell: the colour only repeats it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

R = TypeVar("R")
C = TypeVar("C")
COVERAGE: Mapping[str, int] = {"missing": 0, "at risk": 1, "not needed": 2, "covered": 3}
"""The words of coverage and how warm each is, from 0, where something is to be done, to 3."""


class Cell(NamedTuple):
    """``grade`` is from 0 to 3; ``address`` is where more is said."""

    word: str
    grade: int
    address: str | None = None


@dataclass(frozen=True)
class Heat(Generic[R, C]):
    """A row of cells for each of ``rows``, one for each of ``columns``."""

    columns: Sequence[C]
    rows: Sequence[tuple[R, Sequence[Cell]]]
    sentence: str


def heat(
    rows: Sequence[R],
    columns: Sequence[C],
    word: Callable[[R, C], str],
    address: Callable[[R, C], str | None] | None = None,
    grades: Mapping[str, int] = COVERAGE,
) -> Heat[R, C]:
    """``word`` says which of ``grades`` a cell has."""

    def cell(row: R, column: C) -> Cell:
        said = word(row, column)
        return Cell(said, grades[said], address(row, column) if address else None)

    told = [(row, [cell(row, each) for each in columns]) for row in rows]
    counts = Counter(cell.word for _, cells in told for cell in cells)
    parts = [f"{counts[each]} {each}" for each in grades if counts[each]]
    return Heat(columns, told, f"Of {counts.total()}: {', '.join(parts)}." if parts else "Nothing to show.")
