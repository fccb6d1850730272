"""What changed between two moments, who it was, and what it opened and closed."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.web.pages import AsOf, Pages, read_moment, router
from services.web.visit import Visit
from shared import clock
from shared.contracts.instant import moment
from shared.contracts.views.diff import Diff
from shared.errors import Invalid
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

_NAMED, _WEEK = 10, timedelta(days=7)


async def gather(visit: Visit, since: datetime | None) -> dict[str, Any]:
    """Of the last week, where no beginning is given. Raises Invalid."""
    end = moment(visit.place.as_of) if visit.place.as_of else clock.now()
    start = since or end - _WEEK
    if start >= end:
        raise Invalid.at("?to", "invalid-interval", "The second moment must be later than the first.")
    between = {"from": clock.rfc3339(start), "to": visit.place.as_of, "limit": MAX_LIMIT}
    diff, named = await asyncio.gather(
        visit.now(Diff, "/alignment/v1/diff", **between),
        visit.client.get_json("/alignment/v1/baselines", state="active", limit=MAX_LIMIT),
    )
    before = [(moment(each["at"]), each["name"]) for each in named["items"]]
    baselines = sorted((each for each in before if each[0] < end), reverse=True)
    return {"diff": diff, "baselines": baselines[:_NAMED]}


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

        async def gathered(visit: Visit) -> dict[str, Any]:
            return await gather(visit, read_moment(since))

        return await pages.answer(request, "diff", to or as_of, gathered, since=since or "")

    return served
