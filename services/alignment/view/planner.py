"""A view that grows is told to PostgreSQL's planner.

What it knows of a table it looks up once a minute at most, and plans that were made before are kept as long: the first
minute of a large import ran with those of an empty table, which read all of a generation for every entity.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import EDGE, FINDING, RECORD
from shared.storage.dialects import refresh_statistics

_FEW = 1000


class Growth:
    """Says when the tables are to be looked at again: whenever twice as many events have been stored."""

    def __init__(self) -> None:
        self._stored = 0
        self._next = _FEW

    def is_due(self, events: int) -> bool:
        """Whether the tables are to be looked at once these are stored as well."""
        self._stored += events
        if self._stored < self._next:
            return False
        self._next = 2 * self._stored
        return True


async def look_again(connection: AsyncConnection) -> None:
    await refresh_statistics(connection, (RECORD, EDGE, FINDING))
