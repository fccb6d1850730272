"""A table as every file of tables gives it: a name, a header, and rows with the numbers that people see."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.interchange.formats.tables.columns import Part

MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 2_000_000


class Line(NamedTuple):
    """A row: its number in the file, and its cells."""

    number: int
    cells: list[Any]


@dataclass
class Sheet:
    """``title`` is what names the kind: a sheet's name or a file's; ``place`` is what messages call it."""

    title: str
    place: str
    header: list[str] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)
    first: int = 1
    """Number of the header's row."""


def title_of(kind: str, part: Part | None = None) -> str:
    """What a table is called: ``service_offering``, ``service_offering.components``."""
    return f"{kind}.{part.member}" if part else kind


def from_lines(title: str, place: str, lines: list[Line]) -> Sheet:
    """The first row that says something is the header."""
    filled = [line for line in lines if any(str(cell).strip() for cell in line.cells if cell is not None)]
    if not filled:
        return Sheet(title, place)
    head, *rows = filled
    header = ["" if cell is None else str(cell).strip() for cell in head.cells]
    return Sheet(title, place, header, rows, head.number)


def too_large(place: str, rows: int, columns: int) -> str:
    """What is wrong with a table of so many rows and columns."""
    most = f"{MAX_ROWS:,} rows, {MAX_COLUMNS} columns and {MAX_CELLS:,} cells"
    return f"{place} has {rows:,} rows or more, of {columns:,} columns; a table has at most {most}."
