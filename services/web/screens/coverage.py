"""Coverage: services by the four Ps of their design, offerings by what they consist of."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.visit import Visit
from shared.contracts.design import FOUR_PS
from shared.contracts.views.coverage import DesignCoverage, OfferingCoverage
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

COMPONENTS = ("goods", "access", "action")


async def screen(visit: Visit, since: dict[str, str | None]) -> Screen:
    """``since`` are the cursors of the maps of ``services`` and of ``offerings``."""
    design, offerings = await asyncio.gather(
        visit.view(DesignCoverage, "/coverage/design", limit=MAX_LIMIT, cursor=since["services"]),
        visit.view(OfferingCoverage, "/coverage/offerings", limit=MAX_LIMIT, cursor=since["offerings"]),
    )
    told = {"design": design, "offerings": offerings, "four_ps": list(FOUR_PS), "components": COMPONENTS}
    return Screen("coverage", {**told, "since": since}, [("Coverage", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/coverage")
    async def coverage(
        request: Request, services: Word | None = None, offerings: Word | None = None, as_of: AsOf = None
    ) -> Response:
        since = {"services": services, "offerings": offerings}
        return await pages.show(request, as_of, lambda visit: screen(visit, since))

    return served
