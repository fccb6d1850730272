"""What lies around one thing, as far and by the relations that were asked for: a map, and the same as a table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator

from services.web.drawing.layers import layers
from services.web.pages import AsOf, Pages, Screen, router
from services.web.rendering import picture
from services.web.screens.entity import crumbs, found, head
from services.web.visit import Visit
from shared.contracts.base import KindName
from shared.contracts.relations import RELATIONS
from shared.contracts.views.trace import Trace
from shared.resource.listing import Word

MAX_DEPTH, _MOST_EACH_WAY = 3, 60
Way = Literal["up", "down"]
WAYS: tuple[Way, ...] = ("up", "down")
Direction = Literal["both", "up", "down"]


def _known(name: str) -> str:
    if name not in RELATIONS:
        raise ValueError("is not a relation of this platform")
    return name


RelationName = Annotated[str, AfterValidator(_known)]


@dataclass(frozen=True)
class Wanted:
    """What to draw. No ``types`` stands for all of them."""

    depth: int = 2
    direction: Direction = "both"
    types: Sequence[str] = field(default_factory=list)


def _asked(
    depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = 2,
    direction: Direction = "both",
    types: Annotated[Sequence[RelationName], Query(max_length=len(RELATIONS))] = (),
) -> Wanted:
    return Wanted(depth, direction, list(types))


Asked = Annotated[Wanted, Depends(_asked)]


async def screen(visit: Visit, ref: str, wanted: Wanted) -> Screen:
    node = await found(visit, ref)
    at = f"{node.kind}/{node.id}"
    ways = WAYS if wanted.direction == "both" else (wanted.direction,)
    how = {"depth": wanted.depth, "types": ",".join(wanted.types) or None, "limit": _MOST_EACH_WAY}
    traces = await asyncio.gather(*(visit.view(Trace, f"/trace/{at}", direction=way, **how) for way in ways))
    nodes = {each.ref: each for trace in traces for each in trace.nodes}
    edges = {(each.origin, each.type, each.source, each.target): each for trace in traces for each in trace.edges}
    told: dict[str, Any] = {
        **head(visit, node, "map"),
        "wanted": wanted,
        "types": sorted({each.type for each in (*node.out, *node.in_)} | set(wanted.types)),
        "drawn": layers(at, nodes, edges.values()),
        "nodes": nodes,
        "edges": list(edges.values()),
        "not_followed": sum(trace.hidden for trace in traces),
        "depths": [(each, each) for each in range(1, MAX_DEPTH + 1)],
    }
    return Screen("entity_map", told, crumbs(visit, node, ("Map", None)))


async def file(visit: Visit, ref: str, wanted: Wanted) -> Response:
    drawn = (await screen(visit, ref, wanted)).content["drawn"]
    node = drawn.centre.node
    return picture(
        visit.place, "map", drawn, f"{node.key or node.id}-map", f"Around {drawn.centre.name}", drawn.sentence
    )


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/entity/{kind}/{id}/map")
    async def drawn(request: Request, kind: KindName, id: Word, wanted: Asked, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, f"{kind}/{id}", wanted))

    @served.get("/entity/{kind}/{id}/map.svg")
    async def kept(request: Request, kind: KindName, id: Word, wanted: Asked, as_of: AsOf = None) -> Response:
        return await pages.give(request, lambda visit: file(visit, f"{kind}/{id}", wanted), as_of)

    return served
