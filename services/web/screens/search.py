"""Search by name or key across kinds; without a word, what there is of a kind."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.base import KindName
from shared.contracts.views.nodes import NodePage
from shared.resource.listing import Word

_FOUND = 100


async def screen(visit: Visit, q: str, kind: str | None, cursor: str | None) -> Screen:
    given = {name: value for name, value in {"q": q.strip(), "kind": kind}.items() if value}
    told: dict[str, Any] = {"asked": bool(given), "kinds": sorted(NODE_KINDS), "items": [], "more": None}
    if given:
        found = await visit.view(NodePage, "/nodes", limit=_FOUND, cursor=cursor, **given)
        told |= {"items": found.items, "more": found.next_cursor}
    told |= {"q": q, "kind": kind, "further": bool(cursor), "full": len(told["items"]) == _FOUND}
    return Screen("search", told, [("Search", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/search")
    async def search(
        request: Request, q: Word = "", kind: KindName | None = None, cursor: Word | None = None, as_of: AsOf = None
    ) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, q, kind, cursor))

    return served
