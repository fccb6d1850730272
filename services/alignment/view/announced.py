"""What was told of findings turns out to be otherwise, where something came late: it is looked at again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import ANNOUNCED, ANNOUNCING
from shared.storage.bulk_writer import Update


async def look_again(connection: AsyncConnection, generation: int, since: datetime) -> None:
    """At all that came up or ended after an instant."""
    for at, id in (("opened_at", "opened_id"), ("ended_at", "ended_id")):
        later = ANNOUNCING.c.generation == generation, ANNOUNCING.c[at] > since
        await connection.execute(update(ANNOUNCING).where(*later).values({at: since, id: ""}))


def doubtful(ids: Iterable[str]) -> Update:
    """Findings of which intervals are gone, which no instant leads to any more."""
    return Update(ANNOUNCED, ("id",), ("doubtful",), [(id, True) for id in sorted(set(ids))])
