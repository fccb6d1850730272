"""The cascade: under each business strategy, what business and IT do for it, with the holes where they are."""

import asyncio
from collections.abc import Collection, Sequence

from fastapi import APIRouter, Request, Response

from services.web.names import owners as owners_of
from services.web.narrowing import DEPTHS, Depth, Only, Wanted, counts, every, narrowed
from services.web.pages import AsOf, Pages, Screen, router
from services.web.sides import Part, parts
from services.web.signing.marks import Mark, hows, marks
from services.web.visit import Visit
from shared.contracts.views.cascade import Cascade
from shared.contracts.views.nodes import Node
from shared.contracts.views.trace import Trace
from shared.resource.listing import Word

PS = ("perspective", "position", "plan", "pattern")
_STRATEGIES = 20
"""Of which the four Ps are shown."""
FILLS = {"V02": "objective", "V03": "tactic", "V06": "tactic", "V07": "operation", "V10": "tactic"}
"""The kind that fills a hole, by the rule that found it."""


async def screen(visit: Visit, wanted: Wanted) -> Screen:
    answer = await visit.view(Cascade, "/cascade")
    whole = parts(answer)
    signed = await _marks(visit, {place.node.ref for place in every(whole)})
    shown = narrowed(whole, wanted, hows(signed))
    strategies = _strategies(shown)
    owners, ps = await asyncio.gather(
        owners_of(visit, (place.node.owner for place in every(whole))),
        asyncio.gather(*(_ps(visit, ref) for ref in strategies)),
    )
    told = {
        "parts_of": shown,
        "cascade": answer,
        "wanted": wanted,
        "depths": [*DEPTHS.items()],
        "strategies": [(part.top.node.key, part.top.node.name) for part in whole if part.top],
        "owners": owners,
        "owned_by": sorted(
            {(f"{each.kind}/{each.id}", each.name) for each in owners.values()}, key=lambda o: o[1] or ""
        ),
        "signed": signed,
        "counts": counts(whole, hows(signed)),
        "number": sum(place.first for place in every(whole)),
        "anchors": {place.node.ref for place in every(shown) if place.first},
        "ps": dict(zip(strategies, ps, strict=True)),
        "fills": FILLS,
    }
    return Screen("cascade", told, [("Cascade", None)])


async def _marks(visit: Visit, refs: Collection[str]) -> dict[str, Mark]:
    """What was signed is told of the present alone."""
    return {} if visit.place.as_of else await marks(visit, refs)


def _strategies(shown: Sequence[Part]) -> list[str]:
    found = [place.node.ref for place in every(shown) if place.first and place.node.kind == "strategy"]
    return found[:_STRATEGIES]


async def _ps(visit: Visit, ref: str) -> dict[str, list[Node]]:
    """The four Ps of a strategy, by which they are."""
    around = await visit.view(Trace, f"/trace/{ref}", direction="down", depth=1, types="part_of", limit=50)
    elements = [node for node in around.nodes if node.kind == "strategy_element"]
    return {name: [node for node in elements if node.type == name] for name in PS}


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/cascade")
    async def cascade(
        request: Request,
        strategy: Word | None = None,
        owner: Word | None = None,
        depth: Depth = "operation",
        only: Only | None = None,
        as_of: AsOf = None,
    ) -> Response:
        wanted = Wanted(strategy or None, owner or None, depth, only)
        return await pages.show(request, as_of, lambda visit: screen(visit, wanted))

    return served
