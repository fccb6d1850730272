"""Query parameters that the views share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from pydantic import AfterValidator

from shared.contracts import NODE_KINDS
from shared.contracts.events import EventId
from shared.contracts.instant import Instant
from shared.contracts.members import members
from shared.contracts.refusals import one_of
from shared.errors import Invalid
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


def check_filters(kind: str | None, state: str | None, type_: str | None) -> None:
    """Refuse states and types that nothing has: such a list would be empty and say nothing of why. Raises Invalid."""
    kinds = [NODE_KINDS[kind]] if kind in NODE_KINDS else list(NODE_KINDS.values())
    states = dict.fromkeys(state for each in kinds for state in each.lifecycle.states)
    if state is not None and state not in states:
        raise Invalid.at("?state", "unknown-value", f"Must be {one_of(state, states)}")
    typed = [members(each.model)["type"] for each in kinds if "type" in members(each.model)]
    types = dict.fromkeys(choice for each in typed for choice in each.choices)
    free = any(not each.choices for each in typed)
    if type_ is not None and not free and type_ not in types:
        none = f"A {kind} has no types."
        raise Invalid.at("?type", "unknown-value", f"Must be {one_of(type_, types)}" if types else none)
