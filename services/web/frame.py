"""What stands around every page: who is here, how far the views are, and which other moments can be chosen."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.web.sessions import Session, writes
from services.web.span import Span
from services.web.visit import Visit
from shared import clock
from shared.contracts.instant import moment
from shared.contracts.views.me import Me
from shared.contracts.views.nodes import Node
from shared.contracts.views.status import Status
from shared.http.pagination import MAX_LIMIT

_SECONDS = 60
_NAMED = 10


class Baseline(NamedTuple):
    """A moment with a name."""

    at: datetime
    name: str


@dataclass(frozen=True)
class Visitor:
    """Who is here: as a sign-in, and as a party of the organisation if there is one."""

    session: Session
    party: Node | None

    @property
    def subject(self) -> str:
        return self.session.caller.subject

    @property
    def name(self) -> str:
        return (self.party.name if self.party else None) or self.subject

    def may(self, scope: str) -> bool:
        return self.session.caller.may(scope)

    def writes(self, kind: str) -> bool:
        """Whether they may make and change things of a kind, all of them or what is theirs."""
        return writes(self.session.caller, kind)

    def written(self, kinds: Sequence[str]) -> Sequence[str]:
        return [kind for kind in kinds if self.writes(kind)]


@dataclass(frozen=True)
class Frame:
    """``waiting`` is how many decisions wait for the visitor, ``findings`` how many findings are theirs to act on, if
    that was counted. ``stale`` says in a sentence what is not in the views yet."""

    visitor: Visitor | None = None
    watermark: datetime | None = None
    provisional: bool = False
    stale: str | None = None
    span: Span | None = None
    baselines: Sequence[Baseline] = ()
    findings: int | None = None
    waiting: int | None = None
    theme: str = "system"


class Frames:
    """Remembers for a while when everything began, which hardly ever becomes another moment."""

    def __init__(self) -> None:
        self._first: datetime | None = None
        self._asked = float("-inf")

    async def around(self, visit: Visit) -> "Around":
        me, first, baselines = await asyncio.gather(visit.me(), self._first_recorded(visit), _baselines(visit))
        return Around(me, first, baselines)

    async def _first_recorded(self, visit: Visit) -> datetime | None:
        if self._first is None or time.monotonic() - self._asked > _SECONDS:
            self._first = (await visit.now(Status, "/alignment/v1/status")).first_recorded
            self._asked = time.monotonic()
        return self._first


@dataclass(frozen=True)
class Around:
    """What is asked beside the page itself."""

    me: Me
    first: datetime | None
    baselines: Sequence[Baseline]

    def frame(self, visit: Visit) -> Frame:
        """Once the page has its answers, which say how far the views were."""
        answers = visit.answers
        return Frame(
            Visitor(visit.session, self.me.party),
            watermark=min((mark for each in (answers or [self.me]) for mark in each.watermark.values()), default=None),
            provisional=any(answer.provisional for answer in answers),
            stale="What was saved last is not in it yet. It follows by itself: load the page again."
            if visit.is_behind
            else None,
            span=_span(self.first, visit.place.as_of),
            baselines=self.baselines,
            waiting=len(self.me.decisions) or None,
            theme=visit.theme,
        )


async def _baselines(visit: Visit) -> list[Baseline]:
    """The newest that lie in the past."""
    found = await visit.client.get_json("/alignment/v1/baselines", state="active", limit=MAX_LIMIT)
    named = (Baseline(moment(each["at"]), each["name"]) for each in found["items"])
    return sorted((each for each in named if each.at < clock.now()), reverse=True)[:_NAMED]


def _span(first: datetime | None, as_of: str | None) -> Span | None:
    return Span.over(first, clock.now(), moment(as_of) if as_of else None) if first else None
