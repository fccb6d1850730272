"""The grid of a process as it is edited: activities in their order, and for each role its letters. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from services.web.pages import Form
from services.web.texts import counted

Json = dict[str, Any]
_ORDER = "ARCI"
CHOICES = tuple(" ".join(some) for many in range(len(_ORDER) + 1) for some in combinations(_ORDER, many))
"""All that a role can have to do with an activity: what could not be chosen would be lost when it is saved."""
MOST = 200


@dataclass(frozen=True)
class Row:
    """An activity: ``letters`` by the id of a role, such as ``A R``. ``version`` is the one that was read, 0 of what is
    new; ``mark`` names the row in the form."""

    mark: str
    version: int
    name: str
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.version == 0


@dataclass(frozen=True)
class Grid:
    """``roles`` are columns, by id. ``removed`` are activities that are taken out."""

    roles: tuple[str, ...]
    rows: tuple[Row, ...]
    removed: tuple[Row, ...] = ()


def written(letters: Sequence[str]) -> str:
    """Letters of one role, in one order: ``A R``."""
    return " ".join(sorted(set(letters), key=_ORDER.index))


def of_states(activities: Sequence[Json]) -> Grid:
    """As it is recorded; activities in their order, and roles in that in which the view has them."""
    ordered = sorted(activities, key=lambda each: (each["order"] is None, each["order"] or 0, each["key"]))
    rows = tuple(Row(each["id"], each["version"], each["name"], _letters(each)) for each in ordered)
    return Grid(tuple(sorted({role for row in rows for role in row.letters})), rows)


def _letters(activity: Json) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for each in activity["raci"]:
        found.setdefault(each["role_id"], []).append(each["letter"])
    return {role: written(letters) for role, letters in found.items()}


def of_form(form: Form) -> Grid:
    """As it is typed; what is no letter is none."""
    roles = tuple(dict.fromkeys(form.every("role")))
    removed = set(form.every("removed"))
    rows = []
    for mark, version, name in zip(form.every("row"), form.every("version"), form.every("name"), strict=False):
        cells = {role: form.get(f"letter.{mark}.{role}") for role in roles}
        letters = {role: text for role, text in cells.items() if text in CHOICES and text}
        rows.append(Row(mark, counted(version) or 0, name.strip(), letters))
    kept = tuple(row for row in rows[:MOST] if row.mark not in removed)
    return Grid(roles, kept, tuple(row for row in rows[:MOST] if row.mark in removed))


def acted(grid: Grid, act: str, role: str = "") -> Grid:
    """What a button makes of it: ``row.add``, ``row.up.MARK``, ``row.down.MARK``, ``row.remove.MARK``,
    ``row.back.MARK``, ``role.add``."""
    what, _, rest = act.partition(".")
    verb, _, mark = rest.partition(".")
    if what == "role":
        return replace(grid, roles=(*grid.roles, role)) if role and role not in grid.roles else grid
    if what != "row":
        return grid
    if verb == "add":
        used = {row.mark for row in (*grid.rows, *grid.removed)}
        free = next(f"new{n}" for n in range(1, MOST + 2) if f"new{n}" not in used)
        return replace(grid, rows=(*grid.rows, Row(free, 0, ""))) if len(grid.rows) < MOST else grid
    if verb == "back":
        back = tuple(row for row in grid.removed if row.mark == mark)
        return replace(grid, rows=(*grid.rows, *back), removed=tuple(r for r in grid.removed if r.mark != mark))
    at = next((number for number, row in enumerate(grid.rows) if row.mark == mark), None)
    return grid if at is None else _moved(grid, verb, at)


def _moved(grid: Grid, verb: str, at: int) -> Grid:
    rows = [*grid.rows]
    if verb == "remove":
        out = rows.pop(at)
        return replace(grid, rows=tuple(rows), removed=grid.removed if out.is_new else (*grid.removed, out))
    other = {"up": at - 1, "down": at + 1}.get(verb, at)
    if 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
    return replace(grid, rows=tuple(rows))


def wrongs(row: Row) -> str:
    """What is wrong with the letters of an activity, in a sentence; empty where nothing is."""
    given = [letter for letters in row.letters.values() for letter in letters.split()]
    if given.count("A") > 1:
        return "Two or more A. Keep the one nearest to the decision, and make the others C."
    if "A" not in given:
        return "No A: nobody answers for it."
    return "" if "R" in given else "No R: nobody does it."


@dataclass(frozen=True)
class Change:
    """A row that is not as it is recorded: ``letters`` of how many roles differ."""

    row: Row
    order: int
    letters: int
    renamed: bool
    moved: bool


def changes(grid: Grid, before: Grid) -> list[Change]:
    """In the order of the grid. Numbers are given anew only where the order is another."""
    known = {row.mark: row for row in before.rows}
    kept = [row.mark for row in grid.rows if not row.is_new]
    same = [row.mark for row in before.rows if row.mark in kept] == kept and all(
        not later.is_new or not any(not after.is_new for after in grid.rows[n:]) for n, later in enumerate(grid.rows)
    )
    found = []
    for number, row in enumerate(grid.rows, 1):
        old = known.get(row.mark)
        letters = _differing(row, old)
        change = Change(row, number, letters, bool(old and old.name != row.name), not same)
        if old is None or letters or change.renamed or change.moved:
            found.append(change)
    return found


def gone(grid: Grid, now: Grid) -> list[Row]:
    """Rows that were recorded and are no more: somebody else has taken them out."""
    there = {row.mark for row in now.rows}
    return [row for row in (*grid.rows, *grid.removed) if not row.is_new and row.mark not in there]


def _differing(row: Row, old: Row | None) -> int:
    before = old.letters if old else {}
    return sum(row.letters.get(role, "") != before.get(role, "") for role in {*row.letters, *before})


def raci(row: Row, before: Sequence[Json]) -> list[Json]:
    """As an activity has it: what stays is as it was, with its note, and what is new comes after it."""
    wanted = [(role, letter) for role, letters in row.letters.items() for letter in letters.split()]
    stays = [each for each in before if (each["role_id"], each["letter"]) in wanted]
    there = {(each["role_id"], each["letter"]) for each in stays}
    return [*stays, *({"role_id": role, "letter": letter} for role, letter in wanted if (role, letter) not in there)]


@dataclass(frozen=True)
class Clash:
    """A value that both sides changed, and differently; ``role`` is none for the name."""

    row: Row
    role: str | None
    base: str
    theirs: str
    mine: str


def merged(base: Grid, theirs: Grid, mine: Grid) -> tuple[Grid, list[Clash]]:
    """What only one side changed is taken over; of what both changed, mine stands, and is told as a clash."""
    before, now = ({row.mark: row for row in grid.rows} for grid in (base, theirs))
    rows, clashes = list[Row](), list[Clash]()
    for row in mine.rows:
        if row.is_new or row.mark not in now:
            rows += [row] if row.is_new else []
            continue
        there, old = now[row.mark], before.get(row.mark, now[row.mark])
        letters = {}
        for role in dict.fromkeys((*row.letters, *there.letters, *old.letters)):
            cell = (old.letters.get(role, ""), there.letters.get(role, ""), row.letters.get(role, ""))
            letters[role] = _settled(row, role, cell, clashes)
        name = _settled(row, None, (old.name, there.name, row.name), clashes)
        rows.append(Row(row.mark, there.version, name, {role: text for role, text in letters.items() if text}))
    known = {row.mark for row in (*mine.rows, *mine.removed)}
    rows += [row for row in theirs.rows if row.mark not in known]
    removed = tuple(replace(row, version=now[row.mark].version) for row in mine.removed if row.mark in now)
    roles = tuple(dict.fromkeys((*mine.roles, *theirs.roles)))
    return Grid(roles, tuple(rows), removed), clashes


def _settled(row: Row, role: str | None, cell: tuple[str, str, str], clashes: list[Clash]) -> str:
    base, theirs, mine = cell
    if theirs in (base, mine):
        return mine
    if mine == base:
        return theirs
    clashes.append(Clash(row, role, base, theirs, mine))
    return mine
