"""Whether anything has begun or ceased to be valid that is not judged yet."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import EDGE, NODES, RECORD
from services.alignment.queries.nodes import BRIEF
from services.alignment.queries.snapshot import Moment, recorded
from shared.storage.db import MOMENT


async def turning(moment: Moment, after: datetime, until: datetime, most: int) -> list[Any]:
    """The live entities that begin or cease to be valid between two instants, the soonest ends first."""
    given = {"after": after, "until": until}
    return list(await moment.execute(_turning(past=moment.past).limit(most), **given))


@cache
def _turning(*, past: bool) -> Select[Any]:
    after, until = bindparam("after", type_=MOMENT), bindparam("until", type_=MOMENT)
    due = or_(*((column > after) & (column <= until) for column in (RECORD.c.valid_from, RECORD.c.valid_to)))
    there = recorded(RECORD, past=past), NODES, RECORD.c.deleted.is_(False), RECORD.c.live
    return select(*BRIEF).where(*there, due).order_by(RECORD.c.valid_to, RECORD.c.ref)


async def is_due(connection: AsyncConnection, generation: int, judged_until: datetime, until: datetime) -> bool:
    """Whether there is such an instant after what has been judged, up to another one."""
    span = {"at": generation, "after": judged_until, "until": until}
    return (await connection.execute(_IS_DUE, span)).scalar() is not None


def _turns(table: Table) -> Select[Any]:
    after, until = bindparam("after", type_=MOMENT), bindparam("until", type_=MOMENT)
    due = or_(*((column > after) & (column <= until) for column in (table.c.valid_from, table.c.valid_to)))
    return select(literal(1)).where(table.c.generation == bindparam("at"), table.c.recorded_to > after, due)


_IS_DUE = select(literal(1)).where(or_(*(_turns(table).exists() for table in (RECORD, EDGE))))
