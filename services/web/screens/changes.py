"""What changed between two moments, who it was, and what it opened and closed."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.web.pages import AsOf, Pages, Screen, read_moment, router
from services.web.visit import Visit
from shared import clock
from shared.clock import rfc3339
from shared.contracts.instant import moment
from shared.contracts.views.diff import Diff
from shared.errors import Invalid
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

_NAMED, _WEEK = 10, timedelta(days=7)


async def screen(visit: Visit, since: datetime | None) -> Screen:
    """Of the last week, where no beginning is given. Raises Invalid."""
    end = moment(visit.place.as_of) if visit.place.as_of else clock.now()
    start = since or end - _WEEK
    if start >= end:
        raise Invalid.at("?to", "invalid-interval", "The second moment must be later than the first.")
    between = {"from": rfc3339(start), "to": visit.place.as_of, "limit": MAX_LIMIT}
    diff, named = await asyncio.gather(
        visit.now(Diff, "/alignment/v1/diff", **between),
        visit.client.get_json("/alignment/v1/baselines", state="active", limit=MAX_LIMIT),
    )
    before = [(moment(each["at"]), each["name"]) for each in named["items"]]
    baselines = sorted((each for each in before if each[0] < end), reverse=True)
    told = {"diff": diff, "baselines": baselines[:_NAMED], "since": rfc3339(since) if since else ""}
    return Screen("diff", told, [("Changes", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/changes")
    async def changes(
        request: Request,
        since: Annotated[Word | None, Query(alias="from")] = None,
        to: Word | None = None,
        as_of: AsOf = None,
    ) -> Response:
        """``to`` is what ``as_of`` is elsewhere; links from other pages have it by that name."""

        async def shown(visit: Visit) -> Screen:
            return await screen(visit, read_moment(since))

        return await pages.show(request, to or as_of, shown)

    return served
