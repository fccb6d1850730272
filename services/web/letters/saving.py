"""A grid written down: all changes of letters, names and order together, with one reason."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from services.web.letters.grid import Change, Grid, changes, gone, of_states, raci
from shared import typed
from shared.client import Client, path_of
from shared.contracts import NODE_KINDS
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.views.scenario import Outcome
from shared.http.pagination import MAX_LIMIT
from shared.refused import PreconditionFailed, Refused

Json = dict[str, Any]
_KIND = NODE_KINDS["activity"]
_CHANGED = 412
_SCENARIOS = "/alignment/v1/scenarios"


async def recorded(client: Client, process: str) -> list[Json]:
    """The activities of a process that are not over."""
    found = client.items(path_of(_KIND), process_id=process, limit=MAX_LIMIT)
    return [each async for each in found if not _KIND.lifecycle.is_terminal(each["state"])]


async def as_read(client: Client, grid: Grid, now: Grid) -> Grid:
    """The rows of a grid that are still there, as they were in the versions that it was made from."""
    lost = gone(grid, now)
    rows = [row for row in (*grid.rows, *grid.removed) if not row.is_new and row not in lost]
    return of_states(await asyncio.gather(*(client.get(_KIND, row.mark, row.version) for row in rows)))


def lines(process: str, grid: Grid, states: Sequence[Json], reason: str | None) -> list[Json]:
    """As ``POST /bulk`` takes them, each of the version that was read."""
    known = {each["id"]: each for each in states}
    return [_line(process, each, known, reason) for each in changes(grid, of_states(states))]


def _line(process: str, change: Change, known: Mapping[str, Json], reason: str | None) -> Json:
    row = change.row
    old = known.get(row.mark)
    if old is None:
        body: Json = {"process_id": process, "name": row.name, "order": change.order, "raci": raci(row, [])}
        given = {"state_reason": reason} if reason else {}
        return {"kind": _KIND.name, "id": str(uuid4()), "body": body | given}
    body = {name: value for name, value in old.items() if name not in SERVER_FIELDS}
    body |= {"name": row.name, "raci": raci(row, old["raci"])}
    body |= {"order": change.order} if change.moved else {}
    body |= {"state_reason": reason} if reason else {}
    return {"kind": _KIND.name, "id": old["id"], "body": body, "if_match": row.version}


async def foreseen(client: Client, grid: Grid, given: Sequence[Json]) -> Outcome | None:
    """What these lines and what is taken out would do to findings and score. None where there is nothing to do. Raises
    Refused for a line that its owner does not take."""
    answers = await client.bulk("roles", given, preview=True) if given else []
    for answer in answers:
        if "problem" in answer:
            kind = PreconditionFailed if answer["status"] == _CHANGED else Refused
            raise kind(answer["status"], answer["problem"])
    steps = [{"action": "put", "state": answer["state"]} for answer in answers]
    steps += [{"action": "retire", "ref": f"activity/{row.mark}"} for row in grid.removed]
    if not steps:
        return None
    return typed.of(Outcome, _SCENARIOS, await client.send("POST", _SCENARIOS, {"steps": steps}, safe=True)).value


async def save(client: Client, grid: Grid, given: Sequence[Json], reason: str | None) -> str | None:
    """All lines or none, then what is taken out; the id of the last event. Raises Refused."""
    event = None
    if given:
        event = (await client.bulk("roles", given, atomic=True))[-1]["event"]
    for row in grid.removed:
        await client.transition(_KIND, row.mark, row.version, "retired", reason)
        event = client.event
    return event
