"""Findings: by what brought them about, then one by one."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.visit import Visit
from shared.contracts.views.catalogue import RuleList
from shared.contracts.views.findings import FindingGroupPage, FindingPage
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

SEVERITIES = ("critical", "high", "medium", "low", "info")
_GROUPS = 50


async def screen(visit: Visit, given: dict[str, Any], cursor: str | None) -> Screen:
    """What the API refuses of ``given`` is said on the page."""
    found, groups, rules = await asyncio.gather(
        visit.view(FindingPage, "/findings", limit=MAX_LIMIT, cursor=cursor, **given),
        visit.view(FindingGroupPage, "/findings/groups", limit=_GROUPS, **given),
        visit.now(RuleList, "/alignment/v1/rules"),
    )
    shown = [] if cursor else groups.items
    told: dict[str, Any] = {"groups": shown, "findings": found.items, "more": found.next_cursor}
    told |= {"rules": rules.items, "severities": SEVERITIES, "valid_at": visit.valid_at, **given}
    return Screen("findings", told, [("Findings", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/findings")
    async def findings(
        request: Request,
        rule: Word | None = None,
        severity: Word | None = None,
        cursor: Word | None = None,
        as_of: AsOf = None,
        valid_at: AsOf = None,
    ) -> Response:
        given = {"rule": rule or None, "severity": severity or None}
        return await pages.show(request, as_of, lambda visit: screen(visit, given, cursor), valid_at)

    return served
