"""Processes: what is wrong with who does what in each, and what each party carries in all of them."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.web.names import owners as owners_of
from services.web.pages import AsOf, Pages, Screen, router
from services.web.visit import Visit
from shared.contracts.views.nodes import NodePage
from shared.contracts.views.raci import Load, PartyLoad, RaciMatrix
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

_AT_ONCE = 20
"""Processes of one page: the matrix of each is looked at."""


def violations(matrix: RaciMatrix) -> int:
    parts = (matrix.violations, *(row.violations for row in matrix.rows), *(role.violations for role in matrix.roles))
    return sum(map(len, parts)) + matrix.hidden.violations


def vacant(matrix: RaciMatrix) -> int:
    return sum(not role.parties for role in matrix.roles)


def carried(load: PartyLoad) -> int:
    """Letters in all."""
    counts = load.letters
    return counts.responsible + counts.accountable + counts.consulted + counts.informed


async def screen(visit: Visit, cursor: str | None, parties: str | None) -> Screen:
    found, load = await asyncio.gather(
        visit.view(NodePage, "/nodes", kind="process", limit=_AT_ONCE, cursor=cursor),
        visit.view(Load, "/load", limit=MAX_LIMIT, cursor=parties),
    )
    matrices, owners = await asyncio.gather(
        asyncio.gather(*(visit.view(RaciMatrix, f"/raci/{each.id}") for each in found.items)),
        owners_of(visit, (each.owner for each in found.items)),
    )
    carrying = [each for each in load.items if each.roles]
    told = {
        "processes": [
            (node, matrix, violations(matrix), vacant(matrix))
            for node, matrix in zip(found.items, matrices, strict=True)
        ],
        "owners": owners,
        "cursor": found.next_cursor,
        "load": [(each, carried(each)) for each in carrying],
        "most": max(map(carried, carrying), default=0),
        "load_cursor": load.next_cursor,
        "parties": parties,
    }
    return Screen("processes", told, [("Processes", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/raci")
    async def processes(
        request: Request, cursor: Word | None = None, parties: Word | None = None, as_of: AsOf = None
    ) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, cursor, parties))

    return served
