"""Coverage: services by the four Ps of their design, offerings by what they consist of."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, router
from services.web.visit import Visit
from shared.contracts.design import FOUR_PS
from shared.contracts.views.coverage import DesignCoverage, OfferingCoverage
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

COMPONENTS = ("goods", "access", "action")


async def gather(visit: Visit, since: dict[str, str | None]) -> dict[str, Any]:
    """``since`` are the cursors of the maps of ``services`` and of ``offerings``."""
    design, offerings = await asyncio.gather(
        visit.view(DesignCoverage, "/coverage/design", limit=MAX_LIMIT, cursor=since["services"]),
        visit.view(OfferingCoverage, "/coverage/offerings", limit=MAX_LIMIT, cursor=since["offerings"]),
    )
    return {"design": design, "offerings": offerings, "four_ps": list(FOUR_PS), "components": COMPONENTS}


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/coverage")
    async def coverage(
        request: Request, services: Word | None = None, offerings: Word | None = None, as_of: AsOf = None
    ) -> Response:
        since = {"services": services, "offerings": offerings}
        return await pages.answer(request, "coverage", as_of, lambda visit: gather(visit, since), since=since)

    return served
