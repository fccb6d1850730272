"""Processes as grids: what is read back changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

from shared import clock, live
from shared.contracts import NODE_KINDS
from shared.interchange.formats.format import Written
from shared.interchange.formats.raci import markdown
from shared.interchange.formats.raci.grid import LETTERS, Grid, Row, marked, to_lines
from shared.interchange.formats.tables import csv_file, xlsx_file
from shared.interchange.formats.tables.columns import layout
from shared.interchange.formats.tables.sheet import Line, Sheet
from shared.interchange.inventory import Inventory

State = dict[str, Any]
Encoding = Literal["md", "csv", "xlsx"]
_CARRIED = {"key", "name", "state", "state_reason", "order", "process_id"}
_COLUMNS = layout(NODE_KINDS["activity"]).columns


def to_markdown(held: Inventory) -> Written:
    """A document for each process that has activities."""
    files, lost = {}, Counter[str]()
    known = _by_kind(held)
    for kind, _ in held.entities:
        if kind.name not in ("process", "activity", "role", "role_assignment", "party"):
            lost[kind.name] += 1
    for process in known["process"].values():
        grid = of_process(process, held, lost)
        if not grid.roles:
            lost += Counter({"activity without letters": len(grid.rows)})
        else:
            files[f"{process['key']}.md"] = encode(grid, "md")
    return Written(files, lost)


def encode(grid: Grid, encoding: Encoding) -> bytes:
    """The bytes of a file of the encoding."""
    rows = to_lines(grid)
    if encoding == "md":
        return markdown.write(grid.title, rows)
    head, *body = rows
    sheet = Sheet("raci", "", head, [Line(number, list(row)) for number, row in enumerate(body, 2)])
    return csv_file.write(sheet) if encoding == "csv" else xlsx_file.write([(sheet, ())])


def of_process(process: State, held: Inventory, lost: Counter[str] | None = None, *, everything: bool = False) -> Grid:
    """Its activities that are live or planned, in their order, with every role that has a letter in one, and who holds
    those in it, as the view of the process shows them now. ``everything``: what is over as well, marked by why."""
    known, lost, now = _by_kind(held), Counter() if lost is None else lost, clock.now()
    mine = [each for each in known["activity"].values() if each["process_id"] == process["id"]]
    over = {each["id"]: _why(now, each) for each in mine if live.stage(live.document(each), now) == "ended"}
    shown = [each for each in mine if everything or each["id"] not in over]
    shown.sort(key=lambda each: (each["order"] is None, each["order"], each["key"]))
    used = dict.fromkeys(cell["role_id"] for activity in shown for cell in activity["raci"])
    roles = [known["role"][id] for id in used if id in known["role"]]
    seats = [each for each in known["role_assignment"].values() if each["scope"]["id"] == process["id"]]
    grid = Grid(process["name"], process["name"], [*map(_label(known["role"].values()), roles)])
    party = _label(known["party"].values())
    for role in roles:
        filled = [seat for seat in seats if seat["role_id"] == role["id"] and seat["party_id"] in known["party"]]
        whys = [
            (known["party"][seat["party_id"]], _why(now, seat, known["party"][seat["party_id"]], role))
            for seat in filled
        ]
        names = (marked(party(holder), why) for holder, why in whys if everything or why is None)
        grid.holders.append([*dict.fromkeys(names)])
    for number, activity in enumerate(shown, 1):
        given = {(cell["role_id"], cell["letter"]) for cell in activity["raci"]}
        letters = ["".join(each for each in LETTERS if (role["id"], each) in given) for role in roles]
        category, name = activity["custom"].get("category"), marked(activity["name"], over.get(activity["id"]))
        grid.rows.append(Row(number, name, category if isinstance(category, str) else None, letters))
        lost += _left_out(activity)
    return grid


def _why(now: datetime, *states: State) -> str | None:
    """Why one of these is not live, if one is not."""
    return next(filter(None, (live.why_not_live(live.document(state), now) for state in states)), None)


def _left_out(activity: State) -> Counter[str]:
    """What an activity says and a grid does not."""
    said = {column.path[0] for column in _COLUMNS if activity.get(column.path[0]) not in (None, [], {})}
    lost = Counter(f"activity.{name}" for name in said - _CARRIED)
    lost["activity.custom"] = len(activity["custom"].keys() - {"category"})
    lost["activity.raci.note"] = sum(bool(cell.get("note")) for cell in activity["raci"])
    return +lost


def _by_kind(held: Inventory) -> dict[str, dict[str, State]]:
    found: dict[str, dict[str, State]] = {
        name: {} for name in ("process", "activity", "role", "role_assignment", "party")
    }
    for kind, state in held.entities:
        if kind.name in found:
            found[kind.name][state["id"]] = state
    return found


def _label(states: Iterable[State]) -> Callable[[State], str]:
    """The name where only one has it and it hides nothing, else the key."""
    counted = Counter(state["name"].strip().casefold() for state in states)
    return lambda state: state["name"] if counted[state["name"].strip().casefold()] == 1 else state["key"]
