"""Query parameters that the views share."""

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

from shared.contracts.events import EventId
from shared.http import When
from shared.pagination import MAX_LIMIT

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
AsOf = Annotated[When | None, Query(description="Transaction time: the view as it was recorded then")]
ValidAt = Annotated[When | None, Query(description="Valid time: what counts as live then; default `as_of` or now")]


def _event(text: str) -> str:
    EventId.parse(text)
    return text


WaitFor = Annotated[
    Annotated[str, AfterValidator(_event)] | None, Query(description="Wait until the view holds this event's version")
]
