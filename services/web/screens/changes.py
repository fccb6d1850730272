"""What changed, the newest first, day by day; what changed between two moments; and names for moments."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.web.drawing.days import days as drawn_days
from services.web.filters import day as written
from services.web.pages import YEARS, AsOf, Done, Form, Pages, Screen, read_moment, router
from services.web.people import people
from services.web.rendering import picture
from services.web.saves import days
from services.web.visit import Visit
from shared import clock
from shared.clock import rfc3339
from shared.contracts.alignment import BASELINE
from shared.contracts.instant import day as read_day
from shared.contracts.instant import moment
from shared.contracts.views.diff import Diff
from shared.errors import Invalid, NotFound
from shared.http.pagination import MAX_LIMIT
from shared.refused import Refused
from shared.resource.listing import Word

_NAMED, _PAGE = 10, 100
_USUAL, _DAY, _DRAWN = timedelta(days=30), timedelta(days=1), timedelta(days=59)
_LEAST = timedelta(microseconds=1)


@dataclass(frozen=True)
class Asked:
    """Which time: from a moment ``since`` to the moment of the page; of a whole ``day``; or of the last 30 days. The
    same address means the same time all day, since a ``cursor`` is of one."""

    since: datetime | None = None
    until: datetime | None = None
    day: date | None = None
    cursor: str | None = None


async def screen(visit: Visit, asked: Asked, wrong: str | None = None) -> Screen:
    """Raises Invalid."""
    as_of = moment(visit.place.as_of) if visit.place.as_of else None
    end = asked.until or as_of or clock.now()
    start = asked.since or clock.before(end.replace(hour=0, minute=0, second=0, microsecond=0), _USUAL)
    if start >= end:
        raise Invalid.at("?to", "invalid-interval", "The second moment must be later than the first.")
    to = rfc3339(end) if asked.until or as_of else None
    between = {"from": rfc3339(start), "to": to, "order": "newest", "cursor": asked.cursor}
    diff, baselines, named = await asyncio.gather(
        visit.lately(Diff, "/alignment/v1/diff", limit=_PAGE, **between),
        visit.client.get_json("/alignment/v1/baselines", state="active", limit=MAX_LIMIT),
        people(visit),
    )
    visit.answers.append(diff)
    moments = sorted(((moment(each["at"]), each["name"]) for each in baselines["items"]), reverse=True)
    counts = {each.day: each.changes for each in diff.days}
    first = max(start, clock.before(end, _DRAWN)).date()
    told: dict[str, Any] = {"diff": diff, "days": days(diff.items), "people": named, "asked": asked, "wrong": wrong}
    told |= {"baselines": [each for each in moments if each[0] < end][:_NAMED], "number": sum(counts.values())}
    told |= {"drawn": drawn_days(counts, first, end.date()) if asked.day is None else None, "start": start, "end": end}
    told |= {"day_before": start.date() - _DAY, "compares": asked.since is not None and asked.day is None}
    crumbs = [("Changes", visit.place.to("/changes") if asked.day else None)]
    crumbs += [(written(asked.day), None)] if asked.day else []
    return Screen("changes", told, crumbs, 422 if wrong else 200)


async def file(visit: Visit, asked: Asked) -> Response:
    """Raises NotFound where nothing happened on any day."""
    drawn = (await screen(visit, asked)).content["drawn"]
    if drawn is None:
        raise NotFound("Nothing changed in this time.")
    told = f"From {written(drawn.first)} to {written(drawn.last)}, at most {drawn.most} a day."
    return picture(visit.place, "days", drawn, "changes-days", "Changes a day", told)


async def _name(visit: Visit, form: Form) -> Done | Screen:
    """A name for the moment that the form says, or for now."""
    at = form.get("at")
    try:
        moment_of = read_moment(at)
        given = {"name": form.get("name"), "at": rfc3339(moment_of) if moment_of else None}
        await visit.client.post(BASELINE, {name: value for name, value in given.items() if value})
    except Refused as error:
        return await screen(visit, Asked(), str(error))
    return Done("/changes", "named")


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/changes")
    async def changes(
        request: Request,
        since: Annotated[Word | None, Query(alias="from")] = None,
        to: Word | None = None,
        cursor: Word | None = None,
        as_of: AsOf = None,
    ) -> Response:
        """``to`` is what ``as_of`` is elsewhere; links from other pages have it by that name."""

        async def shown(visit: Visit) -> Screen:
            return await screen(visit, Asked(read_moment(since), cursor=cursor))

        return await pages.show(request, to or as_of, shown)

    @served.get("/changes/days.svg")
    async def kept(
        request: Request, since: Annotated[Word | None, Query(alias="from")] = None, as_of: AsOf = None
    ) -> Response:
        return await pages.give(request, lambda visit: file(visit, Asked(read_moment(since))), as_of)

    @served.get("/changes/{day}")
    async def of_day(request: Request, day: Word, cursor: Word | None = None) -> Response:
        async def shown(visit: Visit) -> Screen:
            start = _start(day)
            end = start + _DAY - _LEAST
            return await screen(visit, Asked(start - _LEAST, end if end < clock.now() else None, start.date(), cursor))

        return await pages.show(request, None, shown)

    @served.post("/changes")
    async def name(request: Request) -> Response:
        return await pages.act(request, _name)

    return served


def _start(day: str) -> datetime:
    """Raises NotFound for what is no day that has come."""
    try:
        start: datetime | None = moment(f"{read_day(day)}")
    except ValueError:
        start = None
    if start is None or start.year not in YEARS:
        raise NotFound("There is no page at this address.")
    if start >= clock.now():
        raise NotFound("That day has not come.")
    return start
