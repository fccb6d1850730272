"""What alignment records itself, with a change table of its own: no rebuild touches it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import BASELINE
from shared.contracts import instant
from shared.contracts.alignment import Baseline
from shared.errors import Fault, Invalid
from shared.rules import Facts, Rules


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


class Named(NamedTuple):
    """A moment with a name."""

    name: str
    at: datetime


async def named(connection: AsyncConnection, until: datetime, most: int) -> list[Named]:
    """The baselines that are in use, of moments before this one; newest first."""
    query = select(BASELINE.c.name, BASELINE.c.at).where(BASELINE.c.state == "active", BASELINE.c.at < until)
    rows = await connection.execute(query.order_by(BASELINE.c.at.desc(), BASELINE.c.id).limit(most))
    return [Named(row.name, row.at) for row in rows]


async def within(connection: AsyncConnection, start: datetime, end: datetime, most: int) -> list[Any]:
    """Those of moments between two, both included: the newest of them, in their order."""
    mine = BASELINE.c.state == "active", BASELINE.c.at >= start, BASELINE.c.at <= end
    query = select(BASELINE.c.key, BASELINE.c.name, BASELINE.c.at).where(*mine)
    rows = (await connection.execute(query.order_by(BASELINE.c.at.desc(), BASELINE.c.id).limit(most))).all()
    return sorted(rows, key=lambda row: (row.at, row.key))


def has_been(new: Baseline, _: Facts) -> Iterator[Fault]:
    if new.at and new.at > new.updated_at:
        detail = "A baseline names a moment of the past: leave at out to name this one."
        yield Fault(pointer="/at", code="in-the-future", detail=detail)


def is_now(new: Baseline, _: Facts) -> Mapping[str, Any]:
    """Whoever names no moment means this one."""
    return {"at": new.at or new.created_at}


RULES = Rules(always={"baseline": (has_been,)}, fill={("baseline", "active"): is_now})
