"""Processes: who does what in each, and what each party carries in all of them."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, router
from services.web.visit import Visit
from shared.contracts.views.nodes import NodePage
from shared.contracts.views.raci import Load, RaciMatrix
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word


async def gather(visit: Visit, parties: str | None) -> dict[str, Any]:
    found, load = await asyncio.gather(
        visit.view(NodePage, "/nodes", kind="process", limit=MAX_LIMIT),
        visit.view(Load, "/load", limit=MAX_LIMIT, cursor=parties),
    )
    carrying = [each for each in load.items if each.roles]
    told = {"processes": found.items, "more": found.next_cursor is not None}
    return {**told, "load": carrying, "load_cursor": load.next_cursor}


async def matrix(visit: Visit, id: str) -> dict[str, Any]:
    return {"matrix": await visit.view(RaciMatrix, f"/raci/{id}")}


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/raci")
    async def processes(request: Request, parties: Word | None = None, as_of: AsOf = None) -> Response:
        return await pages.answer(request, "processes", as_of, lambda visit: gather(visit, parties), parties=parties)

    @served.get("/raci/{id}")
    async def raci(request: Request, id: Word, as_of: AsOf = None) -> Response:
        return await pages.answer(request, "raci", as_of, lambda visit: matrix(visit, id))

    return served
