"""A database that does not answer: how it is recognized, and how it is said."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import Unavailable


def away() -> Unavailable:
    """The refusal of whatever needs a database that does not answer, or is too busy to."""
    return Unavailable("The database is not available.", headers={"Retry-After": "2"})


_BUSY = frozenset({"40001", "40P01", "55P03", "57014", "53100", "53200", "53300", "57P01", "57P02", "57P03"})
"""SQLSTATEs of contention, of time-outs, of a server that is full or going away: nothing was written, try again."""


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database is away, full or overloaded, and not that something is wrong here."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | ConnectionError | Unavailable):
        return True
    busy = getattr(getattr(error, "orig", None), "sqlstate", None) in _BUSY
    return isinstance(error, DBAPIError) and (error.connection_invalidated or busy)
