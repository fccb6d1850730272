"""Goes through the owners' changes over and over, a few at a time, and compares them with the view.

Nothing that comes by the bus gets past the owners, so this finds what no event tells of: a database that somebody has
changed, or a view that an older release has built.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from services.alignment.follow import changes, confirming
from services.alignment.follow.changes import Changes, Page
from services.alignment.models import RECORD
from services.alignment.view import generations
from services.alignment.view.projection import Projected, kind_of
from shared import clock
from shared.storage.db import MOMENT, Database

ROWS = 200
_LONG_AGO = clock.FOREVER.replace(year=1)
_COLUMNS = [RECORD.c[name] for name in ("ref", "epoch", "version", "position", "recorded_from", "data")]
# times rise with positions: between two of them lies just what the page has
_STORED = select(*_COLUMNS).where(
    RECORD.c.generation == bindparam("at"),
    RECORD.c.service == bindparam("of"),
    RECORD.c.recorded_from > bindparam("after", type_=MOMENT),
    RECORD.c.recorded_from <= bindparam("until", type_=MOMENT),
)


class Reconciler:
    """Where it is, per service: a position, and the time of the change there."""

    def __init__(self, database: Database, owners: Changes) -> None:
        self._database = database
        self._owners = owners
        self._at: dict[str, tuple[int, datetime]] = {}

    async def step(self, generation: int, service: str) -> str | None:
        """Compare the next changes of a service; says in what the first one differs that does. Raises ClientError."""
        after, since = self._at.get(service, (0, _LONG_AGO))
        page = await changes.fetch(self._owners, service, after, ROWS)
        async with self._database.read() as connection:
            reached = (await confirming.positions(connection, generation)).get(service, 0)
        if not page.events or page.next_after > reached:
            self._at.pop(service, None)  # from the beginning again
            return None
        until = max(since, *(event.recorded_at for event in page.events))
        self._at[service] = page.next_after, until
        return await self._differing(generation, page, since, until)

    async def _differing(self, generation: int, page: Page, since: datetime, until: datetime) -> str | None:
        span = {"at": generation, "of": page.service, "after": since, "until": until}
        async with self._database.read() as connection:
            rows = (await connection.execute(_STORED, span)).all()
            stored = {(row.ref, row.epoch, row.version): row for row in rows}
            for event in page.events:
                content = page.content.get(event.position)
                if content is None or kind_of(event) is None:
                    continue
                row = stored.pop((event.ref, *event.order), None)
                if not _is(row, event, content) and not await confirming.is_buried(
                    connection, page.service, event.position
                ):
                    return await self._if_active(generation, f"the owner has {event.event}, the view has not")
        for ref, epoch, version in stored:
            return await self._if_active(generation, f"the view has {ref} {epoch}.{version}, the owner has not")
        return None

    async def _if_active(self, generation: int, reason: str) -> str | None:
        """What is missing from a generation that has been swept meanwhile is missed by nobody."""
        async with self._database.read() as connection:
            return reason if await generations.active(connection) == generation else None


def _is(row: Any, event: Projected, content: Mapping[str, Any]) -> bool:
    if row is None:
        return False
    wanted = event.position, event.recorded_at, content["data"]["state"]
    return bool((row.position, row.recorded_from, row.data) == wanted)
