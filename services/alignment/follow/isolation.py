"""Work in batches that one bad item cannot stop: a batch that fails is halved until what fails stands alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from services.alignment.view.generations import OffsetMoved
from shared.storage.outage import is_away

T = TypeVar("T")
_SCHEMA_OR_STATEMENT = "42"
"""The class of SQLSTATEs that say that a table is missing or a statement wrong: no item is to blame for that."""


async def isolated(items: Sequence[T], commit: Callable[[Sequence[T]], Awaitable[None]]) -> list[tuple[T, Exception]]:
    """Commit the items, all at once if they let us, each at most once; those that cannot be committed are returned.

    Raises what no item is to blame for: a database that is away, or a writer that was overtaken.
    """
    try:
        await commit(items)
    except Exception as error:
        if not items or not is_of_an_item(error):
            raise
        if len(items) == 1:
            return [(items[0], error)]
        middle = len(items) // 2
        return [*await isolated(items[:middle], commit), *await isolated(items[middle:], commit)]
    return []


def is_of_an_item(error: Exception) -> bool:
    """Whether another item might have gone through where this error was raised."""
    if isinstance(error, DBAPIError):
        refused_by_the_driver = isinstance(getattr(error.orig, "__cause__", None), ValueError | TypeError)
        sqlstate = str(getattr(error.orig, "sqlstate", None) or "")
        return refused_by_the_driver or not (is_away(error) or sqlstate.startswith(_SCHEMA_OR_STATEMENT))
    return not (isinstance(error, OffsetMoved | OSError | MemoryError) or is_away(error))
