"""HTTP of the view: parse, wait if asked to, read one moment, answer with how far the view is."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from services.alignment.queries import nodes as node_queries
from services.alignment.queries.snapshot import Moment
from services.alignment.queries.sources import of_source
from services.alignment.routes.parameters import AtTimes, Cursor, Include, Limit, check_filters, given
from services.alignment.routes.reading import Reader, about, meant
from services.alignment.views import findings as finding_views
from services.alignment.views import node as node_views
from services.alignment.views import trace as traces
from services.alignment.views import why as whys
from shared.contracts.base import KindName
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS
from shared.contracts.views.nodes import NodePage, NodeView
from shared.contracts.views.trace import Trace
from shared.contracts.views.why import Why
from shared.errors import Invalid
from shared.http import exchange
from shared.http.exchange import answering
from shared.http.pagination import DEFAULT_LIMIT
from shared.resource.listing import Word


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    @routes.get("/nodes", summary="Nodes, and search by name across kinds", responses=answering(NodePage))
    async def nodes(
        asked: AtTimes,
        kind: KindName | None = None,
        q: Word | None = None,
        state: Word | None = None,
        type: Word | None = None,
        key: Word | None = None,
        source: Annotated[Word | None, Query(description="Model or bundle that it came from")] = None,
        owner: Annotated[Word | None, Query(description="`party` or `role`, and behind a slash its id or key")] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        check_filters(kind, state, type)
        asked_for = {"kind": kind, "q": q, "state": state, "type": type, "key": key, "source": source}

        async def made(now: Moment) -> dict[str, Any]:
            if source is not None:
                await of_source(now, source)
            whose = await meant(now, "owner", owner) if owner else None
            filters = given(asked_for | {"owner": whose})
            items, next_cursor = await node_queries.nodes(now, filters, limit, cursor)
            return {"items": items, "next_cursor": next_cursor}

        return await reader.answer(asked, made)

    @routes.get("/nodes/{kind}/{id}", summary="One node with its relations and findings", responses=answering(NodeView))
    async def node(asked: AtTimes, kind: KindName, id: Word) -> Response:
        made = partial(node_views.node, grace=reader.grace)
        return await reader.answer(asked, about(f"{kind}/{id}", made), settled=True)

    @routes.get(
        "/trace/{kind}/{id}", summary="What a node leads up to, or what rests on it", responses=answering(Trace)
    )
    async def trace(
        asked: AtTimes,
        kind: KindName,
        id: Word,
        direction: Literal["up", "down"] = "up",
        depth: Annotated[int, Query(ge=1, le=traces.MAX_DEPTH)] = 3,
        types: Annotated[Word | None, Query(description="Relations, by comma; `justifying` for those that do")] = None,
        limit: Annotated[int, Query(ge=1, le=traces.MAX_NODES)] = 200,
        include: Include = None,
    ) -> Response:
        wanted = _types(types)
        made = partial(
            traces.trace, direction=direction, depth=depth, types=wanted, limit=limit, everything=include == "all"
        )
        return await reader.answer(asked, about(f"{kind}/{id}", made))

    @routes.get("/why/{kind}/{id}", summary="Why does this exist?", responses=answering(Why))
    async def why(asked: AtTimes, kind: KindName, id: Word, include: Include = None) -> Response:
        async def made(now: Moment, row: Any) -> dict[str, Any]:
            told, _ = await finding_views.of_subject(now, row.ref, reader.grace, prefix="V")
            return await whys.why(now, row.ref, everything=include == "all") | {"findings": told}

        return await reader.answer(asked, about(f"{kind}/{id}", made), settled=True)

    return routes


def _types(text: str | None) -> list[str] | None:
    if text is None:
        return None
    if text == "justifying":
        return [relation.name for relation in RELATIONS.values() if relation.up]
    names = text.split(",")
    for name in (name for name in names if name not in RELATIONS):
        detail = f"Relations are `justifying`, for those that lead up, or {one_of(name, RELATIONS)}"
        raise Invalid.at("?types", "unknown-relation", detail)
    return names
