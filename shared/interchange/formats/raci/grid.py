"""A RACI grid as people draw it: a row for each activity, a column for each role, letters where they meet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shared.contracts import NODE_KINDS
from shared.interchange.formats.format import Faulty
from shared.interchange.formats.tables.columns import normal
from shared.interchange.formats.tables.sheet import Sheet
from shared.interchange.formats.tables.values import shown
from shared.live import EXPIRED, NOT_YET

LETTERS = {"R": "responsible", "A": "accountable", "C": "consulted", "I": "informed"}
_ACTIVITY = {"activity", "activities", "task", "tasks", "step", "steps", "activity task"}
_HELD_BY = {"held by", "holder", "holders", "who", "name", "names", ""}
_NONE = {"", "-", "–", "—"}
_LISTED = {"role", "letter"}
"""Headings of the table ``activity.raci``: it has a letter a row, and is no grid."""
_WORDS = {NOT_YET, EXPIRED}.union(
    *(NODE_KINDS[kind].lifecycle.states for kind in ("activity", "party", "role", "role_assignment"))
)
_MARKED = re.compile(rf".*\S \[({'|'.join(sorted(_WORDS))})\]")
_BETWEEN = re.compile(r"[\s/,;+&|]+")
MAX_ROLES = 100


@dataclass
class Row:
    """An activity with the letters of each column, in the order of the columns."""

    number: int
    activity: str
    category: str | None
    letters: list[str]


@dataclass
class Grid:
    """``roles`` are what stands over the columns, and ``holders`` whom the second header row names below each."""

    title: str
    place: str
    roles: list[str] = field(default_factory=list)
    holders: list[list[str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What a legend says that a column's heading stands for."""


def marked(name: str, why_not_live: str | None) -> str:
    """A name that says why what it names does not count; what is marked like that is passed over by who reads it."""
    return f"{name} [{why_not_live}]" if why_not_live else name


def letters(cell: str) -> str | None:
    """The letters in a cell, each once and in the order of RACI; None where it holds something else."""
    plain = cell.strip().upper()
    if plain in _NONE:
        return ""
    found = "".join(part for part in _BETWEEN.split(plain) if part not in _NONE)
    return "".join(letter for letter in LETTERS if letter in found) if set(found) <= LETTERS.keys() else None


def activity_column(sheet: Sheet) -> int | None:
    """Which column names the activities; None where none does."""
    return next((index for index, heading in enumerate(sheet.header) if normal(heading) in _ACTIVITY), None)


def is_grid(sheet: Sheet) -> bool:
    """Whether a table has activities on the left and little but letters to the right of them."""
    index = activity_column(sheet)
    if index is None or len(sheet.header) < index + 2 or {*map(normal, sheet.header)} >= _LISTED:
        return False
    cells = [_text(cell) for line in sheet.rows[:200] for cell in line.cells[index + 1 :]]
    marked = sum(bool(letters(cell)) for cell in cells)
    strange = sum(letters(cell) is None for cell in cells)
    return marked > 0 and strange <= marked // 2 + len(sheet.header)


def of_sheet(sheet: Sheet) -> Grid:
    """Raises Faulty with every cell that holds no letters."""
    index = activity_column(sheet)
    if index is None:
        raise Faulty([f"{sheet.place}, row {sheet.first}: no column is called Activity."])
    columns = [place for place in range(index + 1, len(sheet.header)) if sheet.header[place]]
    if not columns or len(columns) > MAX_ROLES:
        raise Faulty([f"{sheet.place} has {len(columns)} columns of roles; a grid has 1 to {MAX_ROLES}."])
    roles = [sheet.header[place] for place in columns]
    grid = Grid(sheet.title, sheet.place, roles, [[] for _ in columns])
    faults = [f"{sheet.place}: two columns are called {name}." for name in sorted(set(roles)) if roles.count(name) > 1]
    seen: dict[str, int] = {}
    for place, line in enumerate(sheet.rows):
        cells = [_text(cell) for cell in (*line.cells, *[None] * (len(sheet.header) - len(line.cells)))]
        name, marks = cells[index].strip(), [cells[column] for column in columns]
        if place == 0 and normal(name) in _HELD_BY and any(letters(mark) is None for mark in marks):
            grid.holders = [[*_holders(mark)] for mark in marks]
        elif _MARKED.fullmatch(name):
            continue
        elif name:
            faults += _faults(sheet, line.number, roles, marks)
            if normal(name) in seen:
                faults.append(f"{sheet.place}, row {line.number}: {name} stands in row {seen[normal(name)]} already.")
            seen.setdefault(normal(name), line.number)
            category = next((cell.strip() for cell in cells[:index] if cell.strip()), None)
            grid.rows.append(Row(line.number, name, category, [letters(mark) or "" for mark in marks]))
        elif any(letters(mark) for mark in marks):
            faults.append(f"{sheet.place}, row {line.number}: has letters and names no activity.")
    if faults:
        raise Faulty(faults)
    return grid


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _faults(sheet: Sheet, number: int, roles: Sequence[str], marks: Sequence[str]) -> Iterator[str]:
    for role, mark in zip(roles, marks, strict=True):
        if letters(mark) is None:
            allowed = "R, A, C, I, several of them as R/A, or nothing"
            yield f"{sheet.place}, row {number}, column {role}: must be {allowed}, and is {shown(mark.strip())}"


def _holders(cell: str) -> Iterator[str]:
    if cell.strip() not in _NONE:
        names = (name.strip() for name in cell.split(";"))
        yield from (name for name in names if name and not _MARKED.fullmatch(name))


def to_lines(grid: Grid) -> list[list[str]]:
    """The rows of a file: the header, whom each column is held by if anybody, then the activities."""
    category = any(row.category for row in grid.rows)
    before = ["Category"] if category else []
    lines = [[*before, "Activity", *grid.roles]]
    if any(grid.holders):
        lines.append([*[""] * len(before), "Held by", *("; ".join(names) for names in grid.holders)])
    for row in grid.rows:
        own = [row.category or ""] if category else []
        lines.append([*own, row.activity, *("/".join(each) for each in row.letters)])
    return lines
