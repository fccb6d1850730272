"""The one place that reads the wall clock, so that a test can hold it still, and a sample can have a past."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache

FOREVER = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
"""The end of an interval that has not ended; later than any instant a caller may send."""

FIRST = datetime(1, 1, 1, tzinfo=UTC)


_aside = timedelta(0)


def now() -> datetime:
    """The current instant in UTC, to the microsecond."""
    return datetime.now(UTC) + _aside


@contextmanager
def set_aside() -> Iterator[Callable[[datetime], None]]:
    """While the block runs, the clock of this process goes on from whatever instant it was set to last."""
    global _aside

    def turn_to(instant: datetime) -> None:
        global _aside
        _aside = instant - datetime.now(UTC)

    try:
        yield turn_to
    finally:
        _aside = timedelta(0)


def before(instant: datetime, span: timedelta) -> datetime:
    """The instant so much earlier, or the first of all where the calendar begins later."""
    return instant - span if instant - FIRST >= span else FIRST


def after(instant: datetime, span: timedelta) -> datetime:
    """The instant so much later, or the last of all where the calendar ends sooner."""
    return instant + span if FOREVER - instant >= span else FOREVER


def nanoseconds() -> int:
    """The current instant in nanoseconds since 1970, as traces have it."""
    return time.time_ns()


# one instant stands in several columns and in many rows
@lru_cache(maxsize=4096)
def rfc3339(instant: datetime) -> str:
    """An instant as text with a fixed width, so that texts sort as instants do."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
