"""One thing: why it exists, what is wrong with it, what is around it, what a change would hit, and its versions."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.web.around.neighbourhood import MAX_DEPTH, WAYS, Direction, RelationName, Wanted, neighbourhood
from services.web.pages import AsOf, Pages, Screen, router
from services.web.visit import Visit
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.answers.lists import History, Version
from shared.contracts.base import KindName
from shared.contracts.instant import moment
from shared.contracts.relations import RELATIONS
from shared.contracts.views.impact import Impact
from shared.contracts.views.nodes import NodeView
from shared.contracts.views.trace import Trace
from shared.contracts.views.why import Why
from shared.http.pagination import MAX_LIMIT
from shared.refused import Refused
from shared.resource.listing import Word

_HIT, _VERSIONS, _MOST_READ, _MOST_EACH_WAY = 50, 50, 1000, 24


async def screen(visit: Visit, ref: str, wanted: Wanted) -> Screen:
    """``ref`` is ``kind/id`` or ``kind/key``."""
    node = await visit.view(NodeView, f"/nodes/{ref}")
    ways = WAYS if wanted.direction == "both" else (wanted.direction,)
    how = {"depth": wanted.depth, "types": ",".join(wanted.types) or None, "limit": _MOST_EACH_WAY}
    why, hit, history, traces = await asyncio.gather(
        visit.view(Why, f"/why/{node.ref}"),
        visit.view(Impact, f"/impact/{node.ref}", limit=_HIT),
        _history(visit, node),
        asyncio.gather(*(visit.view(Trace, f"/trace/{node.ref}", direction=way, **how) for way in ways)),
    )
    told = {
        "node": node,
        "wanted": wanted,
        "members": _members(node.state_data),
        "names": {edge.node.id: edge.node for edge in (*node.out, *node.in_)},
        "around": neighbourhood(node.ref, dict(zip(ways, traces, strict=True))),
        "types": sorted({edge.type for edge in (*node.out, *node.in_)} | set(wanted.types)),
        "why": why,
        "impact": hit,
        "history": history,
    }
    return Screen("entity", told, [("Search", visit.place.to("/search")), (node.name or node.id, None)])


async def _history(visit: Visit, node: NodeView) -> list[Version]:
    """The newest versions until the moment of the page, newest first; none where its owner does not show them."""
    until = moment(visit.place.as_of) if visit.place.as_of else None
    found: list[Version] = []
    cursor = None
    path = f"{path_of(NODE_KINDS[node.kind], node.id)}/history"
    while len(found) < _MOST_READ:
        try:
            page = await visit.now(History, path, limit=MAX_LIMIT, cursor=cursor)
        except Refused:
            break
        found += [each for each in page.items if until is None or each.at <= until]
        if not (cursor := page.next_cursor):
            break
    return found[: -_VERSIONS - 1 : -1]


def _members(data: dict[str, Any]) -> list[tuple[str, Any]]:
    """What it says of itself; what is told elsewhere on the page, and bookkeeping, is left out."""
    told = {"id", "kind", "key", "name", "type", "state", "version", "owner", "criticality", "provenance"}
    told |= {"created_at", "created_by", "updated_at", "updated_by"}
    return [(name, value) for name, value in data.items() if name not in told and value not in (None, [], {}, "")]


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/entity/{kind}/{id}")
    async def entity(
        request: Request,
        kind: KindName,
        id: Word,
        depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = 1,
        direction: Direction = "both",
        types: Annotated[Sequence[RelationName], Query(max_length=len(RELATIONS))] = (),
        as_of: AsOf = None,
    ) -> Response:
        wanted = Wanted(depth, direction, list(types))
        return await pages.show(request, as_of, lambda visit: screen(visit, f"{kind}/{id}", wanted))

    return served
