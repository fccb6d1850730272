"""Moments in bodies and in queries: written out with an offset, as RFC 3339 has them, and kept in UTC."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})"
)


def _read_moment(value: Any) -> Any:
    """The moment in a text. Read here, since by the library's reading digits alone are seconds since 1970:
    "20260401" would be a day in August of that year."""
    if not isinstance(value, str):
        return value
    try:
        if _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value.upper())
    except ValueError:
        pass
    raise PydanticCustomError(
        "datetime_parsing", "must be a date and time with an offset, such as 2026-01-31T12:00:00Z"
    )


def _to_utc(value: datetime) -> datetime:
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9998") from None
    if utc.year > 9998:  # the view keeps the last year for "has not ended"
        raise ValueError("lies outside the years 1 to 9998")
    return utc


Instant = Annotated[AwareDatetime, BeforeValidator(_read_moment), AfterValidator(_to_utc)]
"""A moment with an offset, kept in UTC."""
