"""Who writes to a generation: one process at a time, by a lease in the generation's row. Who takes it over counts a
batch, so that whatever the one before it is about to write finds that somebody else has written."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import GENERATION
from services.alignment.view.generations import OffsetMoved
from shared.storage.dialects import database_now

_LEASE = timedelta(seconds=10)
_HOLD = select(GENERATION.c.status, GENERATION.c.batch, GENERATION.c.writer, GENERATION.c.writer_until)
_HELD = _HOLD.where(GENERATION.c.number == bindparam("generation")).with_for_update()


class Leased(NamedTuple):
    """The last batch before the lease was ours, and the one that counts now."""

    before: int
    batch: int


async def lease(connection: AsyncConnection, generation: int, me: str, *, exclusive: bool) -> Leased | None:
    """Take or prolong the lease of the one who writes a generation, if it is free, ours, or anybody's."""
    row = (await connection.execute(_HELD, {"generation": generation})).one_or_none()
    now = await database_now(connection)
    if row is None or not (exclusive or row.writer in (None, me) or row.writer_until < now):
        return None
    mine = GENERATION.update().where(GENERATION.c.number == generation)
    batch = row.batch if row.writer == me else row.batch + 1
    await connection.execute(mine.values(writer=me, writer_until=now + _LEASE, batch=batch))
    return Leased(row.batch, batch)


async def release(connection: AsyncConnection, generation: int, me: str) -> None:
    """Give the lease back."""
    mine = (GENERATION.c.number == generation) & (GENERATION.c.writer == me)
    await connection.execute(GENERATION.update().where(mine).values(writer=None))


async def hold(connection: AsyncConnection, generation: int, me: str, *, exclusive: bool) -> int:
    """Lock a generation to write to it, and say which batch was the last; raises OffsetMoved if somebody else leads, or
    if it is no longer one to write to."""
    row = (await connection.execute(_HELD, {"generation": generation})).one_or_none()
    if row is None or row.status not in ("active", "building"):
        raise OffsetMoved
    if not exclusive and row.writer not in (None, me) and row.writer_until >= await database_now(connection):
        raise OffsetMoved
    batch: int = row.batch
    return batch
