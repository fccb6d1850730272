"""What a request is called: by its caller's correlation id if that is a sane one, else by a new one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from uuid_utils.compat import uuid7

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
causation_id: ContextVar[str | None] = ContextVar("causation_id", default=None)

_TOKEN = re.compile(r"[A-Za-z0-9._:/-]{1,128}")


def sane(given: object) -> str | None:
    """The id if it can be one; what comes from outside may be anything."""
    return given if isinstance(given, str) and _TOKEN.fullmatch(given) else None


@contextmanager
def correlated(given: str | None, cause: str | None = None) -> Iterator[str]:
    """Everything in the block belongs to one correlation id, which it gives.

    Afterwards the ids are as before: a request that does not leave the process runs in the task of its caller.
    """
    current = sane(given) or str(uuid7())
    before = correlation_id.set(current), causation_id.set(sane(cause))
    try:
        yield current
    finally:
        correlation_id.reset(before[0])
        causation_id.reset(before[1])
