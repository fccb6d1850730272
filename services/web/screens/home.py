"""What waits for whoever is here, what has changed since, how it goes and what would help most; or how to begin."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.drawing.bars import Bar, sentence
from services.web.drawing.spark import spark
from services.web.filters import dimension
from services.web.pages import AsOf, Pages, Screen, router
from services.web.people import People, people
from services.web.saves import Save, saves
from services.web.screens.begin import first_steps
from services.web.trends import Course, Trends
from services.web.visit import Visit
from services.web.visits import Visits
from shared import clock
from shared.clock import rfc3339
from shared.contracts.strategy.signing import Increment
from shared.contracts.views.diff import Diff
from shared.contracts.views.findings import FindingPage
from shared.contracts.views.me import Me
from shared.contracts.views.nodes import Node
from shared.contracts.views.score import Score
from shared.resource.listing import Word

_MOVES, _DECISIONS, _SAVES, _CHANGES, _FIXES, _OWNED = 5, 3, 6, 50, 4, 8
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Since:
    """What others did ``since`` then; ``first`` says that nobody was here before, ``more`` that this is not all."""

    at: datetime
    first: bool
    saves: Sequence[Save]
    more: bool


async def screen(visit: Visit, visits: Visits, trends: Trends, of: str | None) -> Screen:
    me, before = await asyncio.gather(visit.me(), visits.here(visit.session.caller.subject, by_itself=visit.by_itself))
    mine = of != "all" and (me.party or me.stakeholder) is not None
    course, (moves, theirs), decisions, since, named = await asyncio.gather(
        trends.course(visit),
        _moves(visit, mine=mine),
        _decisions(visit, me),
        _since(visit, before),
        people(visit),
    )
    crumbs = [("Home", None)]
    if not course.now.known.dimensions and not visit.place.as_of:
        return Screen("begin", {"steps": await first_steps(visit)}, crumbs)
    told: dict[str, Any] = {
        "me": me,
        "mine": mine,
        "theirs": theirs,
        "decisions": decisions,
        "since": since,
        "people": named,
    }
    told |= {"moves": moves.items, "more_moves": moves.next_cursor is not None, "hello": _called(me, named, visit)}
    told |= _scored(visit, course) | {
        "owned": me.owns[:_OWNED],
        "lead": _lead(me, moves, since, _open(course) if theirs else None),
    }
    return Screen("home", told, crumbs)


def _called(me: Me, named: People, visit: Visit) -> str:
    """People by their first name."""
    party = me.party or named.of_subject.get(me.subject)
    name = (party.name if party else None) or visit.session.caller.subject
    return name.split()[0] if party and party.type == "person" else name


async def _moves(visit: Visit, *, mine: bool) -> tuple[FindingPage, bool]:
    """The worst; where none is the visitor's, those of everybody, which is said."""
    some = await visit.view(FindingPage, "/findings", limit=_MOVES, mine="true" if mine else None)
    if mine and not some.items and some.next_cursor is None:
        return await visit.view(FindingPage, "/findings", limit=_MOVES), True
    return some, not mine


async def _decisions(visit: Visit, me: Me) -> list[tuple[Node, Increment]]:
    if visit.place.as_of:
        return []
    some = me.decisions[:_DECISIONS]
    held = await asyncio.gather(*(visit.now(Increment, f"/strategy/v1/increments/{each.id}") for each in some))
    return sorted(zip(some, held, strict=True), key=lambda each: each[1].due or clock.FOREVER)


async def _since(visit: Visit, before: datetime | None) -> Since | None:
    """Of the present alone: a past moment has no visitor."""
    if visit.place.as_of:
        return None
    at = before or clock.now() - _WEEK
    between = {"from": rfc3339(at), "order": "newest", "limit": _CHANGES, "summary": "false"}
    diff = await visit.now(Diff, "/alignment/v1/diff", **between)
    others = saves(each for each in diff.items if each.by != visit.session.caller.subject)
    more = len(others) > _SAVES or diff.next_cursor is not None
    return Since(at, before is None, others[:_SAVES], more)


def _scored(visit: Visit, course: Course) -> dict[str, Any]:
    bars = bars_of(visit, course.now)
    drawn = {"drawn": spark(course.samples), "bars_given": bars, "bars_told": sentence(bars), "course": course}
    return {**drawn, "score": course.now, "fixes": course.now.fixes[:_FIXES]}


def bars_of(visit: Visit, score: Score) -> list[Bar]:
    """A bar for each dimension, which leads to how it is counted."""
    return [
        Bar(
            dimension(each.dimension),
            each.raw,
            None if each.raw is None or each.trend is None else each.raw - each.trend,
            f"{visit.place.to('/score')}#{each.dimension}",
        )
        for each in score.dimensions
    ]


def _open(course: Course) -> int:
    """How many findings there are, whoever's."""
    return sum(each.findings for each in course.now.rules)


def _lead(me: Me, moves: FindingPage, since: Since | None, open_: int | None) -> str:
    """What waits, in a sentence or two; ``open_`` where the findings are everybody's."""
    waiting, found = len(me.decisions), open_ or len(moves.items)
    parts = [f"{waiting} {'package waits' if waiting == 1 else 'packages wait'} for your signature"] if waiting else []
    if found:
        more = moves.next_cursor is not None and open_ is None
        number, one = f"{found} or more" if more else str(found), found == 1 and not more
        parts.append(f"{number} {'finding is' if one else 'findings are'} {'open' if open_ else 'yours to act on'}")
    told = f"{' and '.join(parts).capitalize()}." if parts else "Nothing waits."
    return told if since is None else f"{told} {_changed(sum(len(each.changes) for each in since.saves), since)}"


def _changed(changes: int, since: Since) -> str:
    number = f"{'more than ' if since.more else ''}{changes} {'thing' if changes == 1 else 'things'}"
    when = "In the last seven days" if since.first else "Since you were last here"
    return f"{when}, others changed {number if changes else 'nothing'}."


def routes(pages: Pages) -> APIRouter:
    served, trends = router(), Trends()

    @served.get("/")
    async def home(request: Request, of: Word | None = None, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, pages.visits, trends, of))

    return served
