"""Coverage: services by the four Ps of their design, offerings by what they consist of."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from services.web.drawing.heat import Heat, heat
from services.web.pages import AsOf, Pages, Screen, router
from services.web.rendering import picture
from services.web.visit import Visit
from shared.contracts.design import FOUR_PS
from shared.contracts.views.coverage import DesignCoverage, DesignedService, OfferedTo, OfferingCoverage
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

COMPONENTS = {"goods": "item", "access": "resource", "action": "trigger"}
"""By type of component the member that says what it is."""
OFFERED: dict[str, tuple[str, ...]] = {
    "Components": ("component",),
    "Services": ("service", "operational_service"),
    "For whom": ("consumer_group",),
    "Terms": ("terms", "component_term"),
    "Promises": ("commitment",),
}
"""By column what an offering may lack."""
GRADES = {"missing": 0, "open": 1, "not needed": 2, "covered": 3}
_WORDS = {"not_applicable": "not needed"}


async def screen(visit: Visit, since: dict[str, str | None]) -> Screen:
    """``since`` are the cursors of the maps of ``services`` and of ``offerings``."""
    design, offerings = await asyncio.gather(
        visit.view(DesignCoverage, "/coverage/design", limit=MAX_LIMIT, cursor=since["services"]),
        visit.view(OfferingCoverage, "/coverage/offerings", limit=MAX_LIMIT, cursor=since["offerings"]),
    )
    told: dict[str, Any] = {"design": design, "offerings": offerings, "components": COMPONENTS, "since": since}
    told |= {"designed": _designed(visit, design.items), "offered": _offered(visit, offerings.items)}
    return Screen("coverage", told | {"four_ps": list(FOUR_PS)}, [("Coverage", None)])


def _designed(visit: Visit, items: Sequence[DesignedService]) -> Heat[DesignedService, str]:
    def word(row: DesignedService, p: str) -> str:
        status: str = getattr(row, p.lower()).status
        return _WORDS.get(status, status)

    def address(row: DesignedService, p: str) -> str | None:
        cell = getattr(row, p.lower())
        if cell.finding:
            return visit.place.to(f"/findings/{cell.finding.id}")
        return visit.place.entity(cell.nodes[0]) if cell.nodes else None

    return heat(items, [p.capitalize() for p in FOUR_PS], word, address, GRADES)


def _offered(visit: Visit, items: Sequence[OfferedTo]) -> Heat[OfferedTo, str]:
    def word(row: OfferedTo, column: str) -> str:
        lacks = OFFERED[column]
        if any(each.what in lacks for each in row.missing):
            return "missing"
        return "open" if any(each in lacks for each in row.open) else "covered"

    def address(row: OfferedTo, column: str) -> str | None:
        found = next((each for each in row.missing if each.what in OFFERED[column]), None)
        return visit.place.to(f"/findings/{found.id}") if found else None

    return heat(items, list(OFFERED), word, address, GRADES)


async def file(visit: Visit, since: dict[str, str | None], part: str) -> Response:
    content = (await screen(visit, since)).content
    of, title = (
        ("designed", "Services by the four Ps of their design")
        if part == "services"
        else ("offered", "Offerings by what they consist of")
    )
    drawn = content[of]
    named = [((row.service if part == "services" else row.offering), cells) for row, cells in drawn.rows]
    rows = [(node.name or node.id, cells) for node, cells in named]
    return picture(visit.place, "heat", replace(drawn, rows=rows), f"coverage-{part}", title, drawn.sentence)


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/coverage")
    async def coverage(
        request: Request, services: Word | None = None, offerings: Word | None = None, as_of: AsOf = None
    ) -> Response:
        since = {"services": services, "offerings": offerings}
        return await pages.show(request, as_of, lambda visit: screen(visit, since))

    @served.get("/coverage/{part}.svg")
    async def kept(
        request: Request,
        part: Literal["services", "offerings"],
        services: Word | None = None,
        offerings: Word | None = None,
        as_of: AsOf = None,
    ) -> Response:
        since = {"services": services, "offerings": offerings}
        return await pages.give(request, lambda visit: file(visit, since, part), as_of)

    return served
