"""How the score is counted: its course, each dimension with its rules, and what would help most."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.drawing.bars import sentence
from services.web.drawing.spark import spark
from services.web.pages import AsOf, Pages, Screen, router
from services.web.screens.home import bars_of
from services.web.trends import Trends
from services.web.visit import Visit


async def screen(visit: Visit, trends: Trends) -> Screen:
    course = await trends.course(visit)
    score = course.now
    counted = {each.dimension: [one for one in score.rules if one.dimension == each.dimension and one.subjects]
               for each in score.dimensions}  # fmt: skip
    silent = {each.dimension: sum(one.dimension == each.dimension and not one.subjects for one in score.rules)
              for each in score.dimensions}  # fmt: skip
    bars = bars_of(visit, score)
    told: dict[str, Any] = {"score": score, "course": course, "drawn": spark(course.samples), "counted": counted}
    told |= {"silent": silent, "bars_given": bars, "bars_told": sentence(bars)}
    return Screen("score", told, [("Home", visit.place.to("/")), ("Score", None)])


def routes(pages: Pages) -> APIRouter:
    served, trends = router(), Trends()

    @served.get("/score")
    async def score(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, trends))

    return served
