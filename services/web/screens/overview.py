"""The first page: the score, how it has gone, what is worst and what would help most."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.spark import spark
from services.web.visit import Visit
from shared import clock
from shared.contracts.instant import moment
from shared.contracts.views.findings import FindingPage
from shared.contracts.views.score import Score, Trend

_WORST, _POINTS = 12, 9


async def screen(visit: Visit) -> Screen:
    as_of = visit.place.as_of
    until = as_of if as_of and moment(as_of) < clock.now() else None  # of what is to come there is no trend
    worst, score, trend = await asyncio.gather(
        visit.view(FindingPage, "/findings", limit=_WORST),
        visit.view(Score, "/score"),
        visit.now(Trend, "/alignment/v1/score/trend", to=until, points=_POINTS),
    )
    told: dict[str, Any] = {"score": score, "trend": trend.points, "spark": spark(trend.points)}
    told |= {"findings": worst.items, "more": worst.next_cursor is not None}
    return Screen("overview", told, [("Home", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/")
    async def overview(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, screen)

    return served
