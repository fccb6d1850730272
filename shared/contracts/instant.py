"""Moments in bodies, in queries and on the command line: RFC 3339 with an offset, or a plain date; kept in UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    rf"{_DATE.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?([Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})"
)
LAST = datetime(9998, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
"""The last moment that there is: the view keeps the year after it for what has not ended."""
FORMS = "a date such as 2026-01-31, or a date and time with an offset, such as 2026-01-31T12:00:00Z"


def moment(text: str, *, ends: bool = False) -> datetime:
    """The moment in a text, in UTC. A plain date is the start of that day in UTC, and where it ``ends`` something the
    end of it, which is the start of the next. Digits alone are neither. Raises ValueError."""
    return _to_utc(_parsed(text, ends=ends))


def _parsed(text: str, *, ends: bool) -> datetime:
    try:
        if _DATE.fullmatch(text):
            start = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return min(start + timedelta(days=ends), max(start, LAST))
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"must be {FORMS}")


def _read(value: Any, *, ends: bool) -> Any:
    """Read here, since by the library's reading digits alone are seconds since 1970: "20260401" would be a day in
    August of that year."""
    if not isinstance(value, str):
        return value
    try:
        return _parsed(value, ends=ends)
    except ValueError as error:
        raise PydanticCustomError("datetime_parsing", str(error)) from None


def _start(value: Any) -> Any:
    return _read(value, ends=False)


def _end(value: Any) -> Any:
    return _read(value, ends=True)


def _to_utc(value: datetime) -> datetime:
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9998") from None
    if utc > LAST:
        raise ValueError("lies outside the years 1 to 9998")
    return utc


def day(text: str) -> date:
    """The day of the calendar in a text. Digits alone are none. Raises ValueError."""
    if not _DATE.fullmatch(text):
        raise ValueError("must be a date, such as 2026-01-31")
    return date.fromisoformat(text)


def _day(value: Any) -> Any:
    """By the library's reading digits alone are seconds since 1970 here too."""
    if not isinstance(value, str):
        return value
    try:
        return day(value)
    except ValueError:
        raise PydanticCustomError("date_parsing", "must be a date, such as 2026-01-31") from None


Day = Annotated[date, BeforeValidator(_day)]
"""A day of the calendar."""
Instant = Annotated[AwareDatetime, BeforeValidator(_start), AfterValidator(_to_utc)]
"""A moment, kept in UTC; a plain date is the start of that day."""
Ending = Annotated[AwareDatetime, BeforeValidator(_end), AfterValidator(_to_utc)]
"""The moment at which something ends or falls due; a plain date is the end of that day."""
