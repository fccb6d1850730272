"""What stands around every page: who is here, how far the view is, and from when to when a moment can be chosen."""

import asyncio
import time
from datetime import datetime
from typing import Any

from services.web.span import Span
from services.web.visit import Visit
from shared import clock
from shared.contracts.instant import moment
from shared.contracts.views.me import Me
from shared.contracts.views.status import Status

_SECONDS = 60


class Frames:
    """Remembers for a while when everything began, which hardly ever becomes another moment."""

    def __init__(self) -> None:
        self._first: datetime | None = None
        self._asked = float("-inf")

    async def of(self, visit: Visit) -> dict[str, Any]:
        me, first = await asyncio.gather(visit.now(Me, "/alignment/v1/me"), self._first_recorded(visit))
        return {"me": me, "span": _span(first, visit.place.as_of)}

    async def _first_recorded(self, visit: Visit) -> datetime | None:
        if self._first is None or time.monotonic() - self._asked > _SECONDS:
            self._first = (await visit.now(Status, "/alignment/v1/status")).first_recorded
            self._asked = time.monotonic()
        return self._first


def how_far(visit: Visit) -> dict[str, Any]:
    """How far the view was in what it answered."""
    marks = [mark for answer in visit.answers for mark in answer.watermark.values()]
    return {
        "provisional": any(answer.provisional for answer in visit.answers),
        "watermark": min(marks, default=None),
    }


def _span(first: datetime | None, as_of: str | None) -> Span | None:
    return Span.over(first, clock.now(), moment(as_of) if as_of else None) if first else None
