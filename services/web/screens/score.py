"""How the score is counted: its course, each dimension with its rules, and what would help most."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from services.web.drawing.bars import sentence
from services.web.drawing.spark import spark
from services.web.pages import AsOf, Pages, Screen, router
from services.web.rendering import picture
from services.web.screens.home import bars_of
from services.web.trends import Trends
from services.web.visit import Visit
from shared.errors import NotFound


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


async def file(visit: Visit, trends: Trends, part: str) -> Response:
    """Raises NotFound where there is nothing to draw yet."""
    told = (await screen(visit, trends)).content
    if part == "dimensions":
        return picture(
            visit.place, "bars", told["bars_given"], "score-dimensions", "Score by dimension", told["bars_told"]
        )
    if told["drawn"] is None:
        raise NotFound("There are fewer than two figures yet.")
    return picture(visit.place, "spark", told["drawn"], "score-course", "Alignment score", told["drawn"].sentence)


def routes(pages: Pages) -> APIRouter:
    served, trends = router(), Trends()

    @served.get("/score")
    async def score(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, trends))

    @served.get("/score/{part}.svg")
    async def kept(request: Request, part: Literal["course", "dimensions"], as_of: AsOf = None) -> Response:
        return await pages.give(request, lambda visit: file(visit, trends, part), as_of)

    return served
