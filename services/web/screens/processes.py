"""Processes: who does what in each, and what each party carries in all of them."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.visit import Visit
from shared.contracts.views.nodes import NodePage
from shared.contracts.views.raci import Load, RaciMatrix
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word


async def screen(visit: Visit, parties: str | None) -> Screen:
    found, load = await asyncio.gather(
        visit.view(NodePage, "/nodes", kind="process", limit=MAX_LIMIT),
        visit.view(Load, "/load", limit=MAX_LIMIT, cursor=parties),
    )
    carrying = [each for each in load.items if each.roles]
    told: dict[str, Any] = {"processes": found.items, "more": found.next_cursor is not None}
    told |= {"load": carrying, "load_cursor": load.next_cursor, "parties": parties}
    return Screen("processes", told, [("Processes", None)])


async def matrix(visit: Visit, id: str) -> Screen:
    found = await visit.view(RaciMatrix, f"/raci/{id}")
    crumbs = [("Processes", visit.place.to("/raci")), (found.process.name or id, None)]
    return Screen("raci", {"matrix": found}, crumbs)


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/raci")
    async def processes(request: Request, parties: Word | None = None, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, parties))

    @served.get("/raci/{id}")
    async def raci(request: Request, id: Word, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: matrix(visit, id))

    return served
