"""A made-up past: what was recorded in a database at moments that were given, before anything else was.

Only the embedded platform does this, for its sample, and a database says for good that it has been done: what was
recorded until then is no evidence of when anything happened.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.storage.db import Database


class InUse(Exception):
    """Something has been recorded, or the database has a made-up past already."""


async def is_unused(database: Database, changes: Table, leader: Table) -> bool:
    """Whether a past may be made up for it."""
    async with database.read() as connection:
        query = select(leader.c.name).where(_unused(changes, leader))
        return (await connection.execute(query)).one_or_none() is not None


async def begin(database: Database, changes: Table, leader: Table, until: datetime) -> None:
    """What is recorded before ``until`` is made up. Raises InUse."""
    async with database.write() as connection:
        update = leader.update().where(_unused(changes, leader)).values(seeded_until=until)
        if not (await connection.execute(update)).rowcount:
            raise InUse


def _unused(changes: Table, leader: Table) -> ColumnElement[bool]:
    return leader.c.seeded_until.is_(None) & ~select(changes.c.sequence).exists()


async def seeded_until(connection: AsyncConnection, leader: Table) -> datetime | None:
    """Until when the past is made up; None where nothing is."""
    until: datetime | None = (await connection.execute(select(leader.c.seeded_until))).scalar_one()
    return until
