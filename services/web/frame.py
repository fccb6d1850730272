"""What stands around every page: who is here, how far the views are, and which other moments can be chosen."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from services.web.filters import moment as written
from services.web.live import LATE_SECONDS
from services.web.sessions import Session, writes
from services.web.span import Span
from services.web.visit import Visit
from shared import clock
from shared.clock import rfc3339
from shared.contracts.instant import moment
from shared.contracts.views.me import Me
from shared.contracts.views.nodes import Node
from shared.contracts.views.status import Status
from shared.http.pagination import MAX_LIMIT

_SECONDS = 60
_SOON = timedelta(seconds=1)
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
    that was counted. ``stale`` says in a sentence what is not in the views yet. ``until`` is there on what is looked at
    as it is now: by service, when what it shows was recorded, at the latest."""

    visitor: Visitor | None = None
    watermark: datetime | None = None
    provisional: bool = False
    stale: str | None = None
    span: Span | None = None
    baselines: Sequence[Baseline] = ()
    findings: int | None = None
    waiting: int | None = None
    theme: str = "system"
    until: Mapping[str, str] | None = None


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

    def frame(self, visit: Visit, *, live: bool = False) -> Frame:
        """Once the page has its answers, which say how far the views were."""
        answers, marks = visit.answers, self._marks(visit)
        return Frame(
            Visitor(visit.session, self.me.party),
            watermark=min(marks.values(), default=None),
            provisional=any(answer.provisional for answer in answers),
            stale=_stale(visit, marks),
            span=_span(self.first, visit.place.as_of),
            baselines=self.baselines,
            waiting=len(self.me.decisions) or None,
            theme=visit.theme,
            until=None if visit.place.as_of or not live else _until(visit, marks),
        )

    def _marks(self, visit: Visit) -> dict[str, datetime]:
        """By service, until when everything is in every answer."""
        found: dict[str, datetime] = {}
        for each in visit.answers or [self.me]:
            found |= {service: min(mark, found.get(service, mark)) for service, mark in each.watermark.items()}
        return found


def _stale(visit: Visit, marks: Mapping[str, datetime]) -> str | None:
    if visit.is_behind:
        return "What was saved last is not in it yet. It follows by itself: load the page again."
    late = sorted(each for each, mark in marks.items() if (visit.at - mark).total_seconds() > LATE_SECONDS)
    if visit.place.as_of or not late:
        return None
    return f"Of {' and '.join(late)} it shows what was recorded until {written(min(marks.values()))} UTC."


def _until(visit: Visit, marks: Mapping[str, datetime]) -> dict[str, str]:
    """What alignment records itself has its time a moment after it can be seen."""
    own = {"alignment": rfc3339(visit.at + _SOON)}
    return own | {service: rfc3339(mark) for service, mark in marks.items()}


async def _baselines(visit: Visit) -> list[Baseline]:
    """The newest that lie in the past."""
    found = await visit.client.get_json("/alignment/v1/baselines", state="active", limit=MAX_LIMIT)
    named = (Baseline(moment(each["at"]), each["name"]) for each in found["items"])
    return sorted((each for each in named if each.at < clock.now()), reverse=True)[:_NAMED]


def _span(first: datetime | None, as_of: str | None) -> Span | None:
    return Span.over(first, clock.now(), moment(as_of) if as_of else None) if first else None
