"""Moments with names, which alignment records itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import BASELINE
from shared.contracts import instant
from shared.errors import Invalid


async def moment(connection: AsyncConnection, parameter: str, text: str) -> datetime:
    """A moment as it is written out, as a date or with its time, or of the baseline with this key. Raises Invalid."""
    try:
        return instant.moment(text)
    except ValueError:
        found = await connection.execute(select(BASELINE.c.at).where(BASELINE.c.key == text))
    at: datetime | None = found.scalar()
    if at:
        return at
    detail = f"It must be {instant.FORMS}, or the key of a baseline."
    raise Invalid.at(f"?{parameter}", "invalid-instant", detail)


async def within(connection: AsyncConnection, start: datetime, end: datetime, most: int) -> list[Any]:
    """Those of moments between two, both included: the newest of them, in their order."""
    mine = BASELINE.c.state == "active", BASELINE.c.at >= start, BASELINE.c.at <= end
    query = select(BASELINE.c.key, BASELINE.c.name, BASELINE.c.at).where(*mine)
    rows = (await connection.execute(query.order_by(BASELINE.c.at.desc(), BASELINE.c.id).limit(most))).all()
    return sorted(rows, key=lambda row: (row.at, row.key))
