"""Query parameters that the views share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from pydantic import AfterValidator

from shared.contracts.events import EventId
from shared.contracts.instant import Instant
from shared.http.pagination import CURSOR_TOLD, LIMIT_TOLD, MAX_LIMIT
from shared.resource.listing import Word

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description=LIMIT_TOLD)]
Cursor = Annotated[Word | None, Query(description=CURSOR_TOLD)]
Include = Annotated[
    Literal["all"] | None,
    Query(description="`all` shows what is not live as well, each with `why_not_live`; else `left_out` counts it"),
]
AsOf = Annotated[
    Instant | None,
    Query(description="Transaction time: the view as it was recorded then; a date is the start of that day in UTC"),
]
ValidAt = Annotated[
    Instant | None,
    Query(description="Valid time: what counts as live then, as a time or a date; default `as_of` or now"),
]


def _event(text: str) -> str:
    EventId.parse(text)
    return text


WaitFor = Annotated[
    Annotated[str, AfterValidator(_event)] | None, Query(description="Wait until the view holds this event's version")
]


@dataclass(frozen=True)
class OfNow:
    """A question about the present, and what it waits for."""

    request: Request
    wait_for: WaitFor = None
    as_of: datetime | None = field(default=None, init=False)
    valid_at: datetime | None = field(default=None, init=False)


@dataclass(frozen=True)
class OfMoment(OfNow):
    """One about any moment of transaction time."""

    as_of: AsOf = None


@dataclass(frozen=True)
class OfTimes(OfMoment):
    """One about any moment on both axes."""

    valid_at: ValidAt = None


Now = Annotated[OfNow, Depends()]
AtTimes = Annotated[OfTimes, Depends()]


def given(filters: Mapping[str, str | None]) -> dict[str, Any]:
    """Those that were asked for."""
    return {name: value for name, value in filters.items() if value is not None}
