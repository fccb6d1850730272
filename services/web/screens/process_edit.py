"""The grid of a process, edited: letters, names and order of activities; what that would open and close before it is
saved, and what others did meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web import wrong
from services.web.letters import grid as grids
from services.web.letters import saving
from services.web.letters.grid import Clash, Grid, Row
from services.web.names import node_of
from services.web.pages import Done, Form, Pages, Screen, router
from services.web.sessions import writes
from services.web.visit import Visit
from services.web.wrong import Error
from shared import clock
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.views.nodes import Node
from shared.contracts.views.raci import RaciMatrix
from shared.contracts.views.scenario import Outcome
from shared.errors import Forbidden
from shared.http.pagination import MAX_LIMIT
from shared.refused import Conflict, Gone, NotFound, PreconditionFailed, Refused
from shared.resource.listing import Word

_ROLE, _PROCESS = NODE_KINDS["role"], NODE_KINDS["process"]
_SCOPE = "roles:write"
_MET = 412
Json = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """The form as it is shown: the grid, how it was recorded, what saving would do, and what is wrong."""

    grid: Grid
    states: Sequence[Json]
    outcome: Outcome | None = None
    errors: Sequence[Error] = ()
    clashes: Sequence[Clash] = ()
    gone: Sequence[Row] = ()
    reason: str = ""
    status: int = 200


async def begin(visit: Visit, key: str) -> Screen:
    process = await _process(visit, key)
    states = await saving.recorded(visit.client, process["id"])
    return await _shown(visit, process, Sheet(grids.of_states(states), states))


async def act(visit: Visit, form: Form, key: str) -> Done | Screen:
    """*Apply* and the buttons of rows show it again with its checks; *Save* writes it down."""
    process = await _process(visit, key)
    if not writes(visit.session.caller, "activity"):
        raise Forbidden(f"It takes the scope {_SCOPE}.")
    grid = grids.acted(grids.of_form(form), form.get("act"), form.get("add_role"))
    states = await saving.recorded(visit.client, process["id"])
    reason = form.get("reason")
    if grids.gone(grid, grids.of_states(states)):
        return await _met(visit, process, grid, states, reason)
    lines = saving.lines(process["id"], grid, states, reason or None)
    errors = _nameless(grid) if form.get("act") == "save" else []
    if errors:
        return await _shown(visit, process, Sheet(grid, states, None, errors, reason=reason, status=422))
    try:
        if form.get("act") == "save":
            visit.client.event = await saving.save(visit.client, grid, lines, reason or None)
            return Done(f"/raci/{process['key']}")
        outcome = None if _nameless(grid) else await saving.foreseen(visit.client, grid, lines)
    except (PreconditionFailed, NotFound, Gone):
        return await _met(visit, process, grid, states, reason)
    except Refused as error:
        told = wrong.told(error, {})
        status = 409 if isinstance(error, Conflict) else 422
        return await _shown(visit, process, Sheet(grid, states, None, told, reason=reason, status=status))
    return await _shown(visit, process, Sheet(grid, states, outcome, reason=reason))


async def _met(visit: Visit, process: Json, grid: Grid, states: Sequence[Json], reason: str) -> Screen:
    """Somebody else has saved meanwhile: what they did and what is typed here are brought together."""
    now = grids.of_states(states)
    base = await saving.as_read(visit.client, grid, now)
    both, clashes = grids.merged(base, now, grid)
    return await _shown(visit, process, Sheet(both, states, None, (), clashes, grids.gone(grid, now), reason, _MET))


def _nameless(grid: Grid) -> list[Error]:
    return [(f"name-{row.mark}", "Give the new activity a name.") for row in grid.rows if not row.name]


async def _process(visit: Visit, key: str) -> Json:
    return await visit.client.get_json(f"{path_of(_PROCESS)}/by-key/{key}")


async def _shown(visit: Visit, process: Json, sheet: Sheet) -> Screen:
    matrix, page = await asyncio.gather(
        visit.view(RaciMatrix, f"/raci/{process['id']}"),
        visit.client.get_json(path_of(_ROLE), sort="name", limit=MAX_LIMIT),
    )
    roles = {each["id"]: node_of(each) for each in page["items"]}
    columns: list[tuple[str, Node | None]] = [(id, roles.get(id)) for id in sheet.grid.roles]
    before = grids.of_states(sheet.states)
    made = grids.changes(sheet.grid, before)
    told = {
        "process": process,
        "grid": sheet.grid,
        "columns": columns,
        "parties": {each.role.id: each.parties for each in matrix.roles},
        "addable": [(id, node.name) for id, node in roles.items() if id not in sheet.grid.roles and _may_join(node)],
        "choices": grids.CHOICES,
        "known": {row.mark: row for row in before.rows},
        "wrongs": {row.mark: grids.wrongs(row) for row in sheet.grid.rows},
        "changes": {each.row.mark: each for each in made},
        "counted": _counted(made, sheet.grid),
        "outcome": sheet.outcome,
        "errors": sheet.errors,
        "clashes": sheet.clashes,
        "gone": sheet.gone,
        "met": sheet.status == _MET,
        "roles": roles,
        "reason": sheet.reason,
        "today": clock.now().date().isoformat(),
        "may": writes(visit.session.caller, "activity"),
    }
    at = f"/raci/{process['key']}"
    crumbs = [("Processes", visit.place.to("/raci")), (process["name"], visit.place.to(at)), ("Edit", None)]
    return Screen("process_edit", told, crumbs, sheet.status)


def _may_join(role: Node) -> bool:
    return not _ROLE.lifecycle.is_terminal(role.state or "")


def _counted(made: Sequence[grids.Change], grid: Grid) -> list[str]:
    """``2 letters``, ``1 new activity``: what is not saved yet."""
    counts = {
        "letter": sum(each.letters for each in made if not each.row.is_new),
        "new activity": sum(each.row.is_new for each in made),
        "name": sum(each.renamed for each in made),
        "activity moved": sum(each.moved and not each.row.is_new for each in made),
        "activity taken out": len(grid.removed),
    }
    return [f"{number} {_PLURALS[what] if number > 1 else what}" for what, number in counts.items() if number]


_PLURALS = {
    "letter": "letters",
    "new activity": "new activities",
    "name": "names",
    "activity moved": "activities in another place",
    "activity taken out": "activities taken out",
}


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/raci/{key}/edit")
    async def edit(request: Request, key: Word) -> Response:
        return await pages.show(request, None, lambda visit: begin(visit, key))

    @served.post("/raci/{key}/edit")
    async def edited(request: Request, key: Word) -> Response:
        return await pages.act(request, lambda visit, form: act(visit, form, key))

    return served
