"""A page of events in the order of their positions: what ``/changes`` answers, and what a stream of it goes on with."""

from dataclasses import dataclass

from sqlalchemy import Table

from shared.changes.table import Head, changes_after, head
from shared.http.pagination import MOST_LOOKED_AT
from shared.storage.db import Database

Where = dict[str, object]
"""By column, what it has to be."""


@dataclass(frozen=True)
class Source:
    """The changes of a service."""

    service: str
    database: Database
    changes: Table
    leader: Table

    async def head(self) -> Head:
        async with self.database.read() as connection:
            return await head(connection, self.leader)

    async def page(self, after: int, limit: int, where: Where) -> tuple[list[tuple[int, bytes]], int, Head]:
        """Events after a position, each with its own; the position from which to go on, and the head."""
        table = self.changes
        async with self.database.read() as connection:
            # the head first: rows that are sequenced between the two statements then lie beyond it
            newest = await head(connection, self.leader)
            last = min(after + MOST_LOOKED_AT, newest.position)
            chosen = [table.c[name] == value for name, value in where.items()]
            among = [*chosen, table.c.position <= last] if chosen else []
            events, are_all = await changes_after(connection, table, self.service, after, limit, *among)
        reached = events[-1][0] if events else after
        return events, max(reached, last) if chosen and are_all else reached, newest
