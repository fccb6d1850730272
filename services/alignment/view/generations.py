"""Generations of the view: which one is active, where it reads on, and how a new one is built beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import (
    AHEAD,
    EDGE,
    FINDING,
    GENERATION,
    OFFSET,
    PROGRESS,
    RECORD,
    TALLY,
)
from services.alignment.view import dead_letters
from shared import clock
from shared.bus import Batch, Partition
from shared.contracts import OWNERS
from shared.errors import Conflict
from shared.storage.bulk_writer import Update

_LONG_AGO = clock.FOREVER.replace(year=1)
_STALE = timedelta(seconds=30)
_SWEPT_AT_ONCE = 5000
_PER_GENERATION = (RECORD, EDGE, FINDING, PROGRESS, AHEAD, OFFSET, TALLY)


# the statements of every batch are made once: putting them together costs more than running them
_ACTIVE = select(func.max(GENERATION.c.number)).where(GENERATION.c.status == "active")
_WRITTEN = select(GENERATION.c.number, GENERATION.c.batch).where(GENERATION.c.number == _ACTIVE.scalar_subquery())
_LOCK = select(GENERATION.c.status).where(GENERATION.c.number == bindparam("generation")).with_for_update()


class OffsetMoved(Exception):
    """Somebody else reads this partition now, or the view has switched to another generation."""


async def active(connection: AsyncConnection) -> int | None:
    """The generation that answers; None before the first build has ended."""
    number: int | None = (await connection.execute(_ACTIVE)).scalar()
    return number


async def written(connection: AsyncConnection) -> tuple[int, int]:
    """The generation that answers, and the number of the last batch that was written to it; raises OffsetMoved before
    the first build has ended."""
    if (row := (await connection.execute(_WRITTEN)).one_or_none()) is None:
        raise OffsetMoved
    return row.number, row.batch


async def reason(connection: AsyncConnection, generation: int) -> str | None:
    """Why it was built, if the one before it was not right."""
    built = select(GENERATION.c.reason).where(GENERATION.c.number == generation)
    found: str | None = (await connection.execute(built)).scalar()
    return found


@dataclass(frozen=True)
class Standing:
    """``generation`` answers, and is None before the first build has ended; ``marks`` are its watermarks."""

    generation: int | None
    rebuilding: bool
    marks: Mapping[str, datetime]
    dead_letters: int


async def standing(connection: AsyncConnection) -> Standing:
    generation = await active(connection)
    marks = select(PROGRESS.c.service, PROGRESS.c.recorded_until).where(PROGRESS.c.generation == generation)
    return Standing(
        generation,
        (await connection.execute(_building())).scalar() is not None,
        dict((await connection.execute(marks)).all()),
        await dead_letters.count(connection),
    )


def _building() -> Select[Any]:
    fresh = GENERATION.c.touched_at > clock.now() - _STALE
    return select(GENERATION.c.number).where(GENERATION.c.status == "building", fresh)


async def lock(connection: AsyncConnection, generation: int) -> None:
    """One writer at a time per generation; raises OffsetMoved if it is no longer one to write to."""
    if (await connection.execute(_LOCK, {"generation": generation})).scalar() not in ("active", "building"):
        raise OffsetMoved


async def judged_by(connection: AsyncConnection, generation: int) -> str | None:
    """The fingerprint of the rules by which its findings are judged."""
    query = select(GENERATION.c.rules).where(GENERATION.c.number == generation)
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def packs_of(connection: AsyncConnection, generation: int) -> str | None:
    """Tells the packs of rules that it judges by."""
    query = select(GENERATION.c.packs).where(GENERATION.c.number == generation)
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def judged_with(connection: AsyncConnection, generation: int) -> str:
    """Tells the settings that count by what has been judged."""
    query = select(GENERATION.c.settings).where(GENERATION.c.number == generation)
    return (await connection.execute(query)).scalar() or ""


async def begin(connection: AsyncConnection, rules: str, reason: str | None = None, packs: str | None = None) -> int:
    """Open a new generation, judged by the rules with this fingerprint and those of ``packs``; raises Conflict while
    another one is being built. ``reason`` is why the one before it could not go on, if it could not."""
    now = clock.now()
    if (await connection.execute(_building())).scalar() is not None:
        raise Conflict("A rebuild is running.")
    await _retire(connection, GENERATION.c.status == "building")
    number: int = ((await connection.execute(select(func.max(GENERATION.c.number)))).scalar() or 0) + 1
    row: dict[str, Any] = {
        "number": number,
        "status": "building",
        "started_at": now,
        "touched_at": now,
        "settled_until": _LONG_AGO,
        "batch": 0,
    }
    row |= {"reason": reason, "rules": rules, "packs": packs}
    await connection.execute(GENERATION.insert().values(row))
    rows = [{"generation": number, "service": s, "position": 0, "recorded_until": _LONG_AGO} for s in OWNERS]
    await connection.execute(PROGRESS.insert(), rows)
    return number


async def touch(connection: AsyncConnection, generation: int, phase: str) -> None:
    """Show that the build goes on, and what it is at; raises OffsetMoved if it was taken for dead."""
    await lock(connection, generation)
    told = {"touched_at": clock.now(), "phase": phase}
    await connection.execute(GENERATION.update().where(GENERATION.c.number == generation).values(told))


async def note_head(connection: AsyncConnection, generation: int, service: str, head: int) -> None:
    """How far there is to go."""
    mine = (PROGRESS.c.generation == generation) & (PROGRESS.c.service == service)
    await connection.execute(PROGRESS.update().where(mine).values(head=head))


async def building(connection: AsyncConnection) -> dict[str, Any] | None:
    """How far the build of a generation is, by the phase it is in and by the positions of each service."""
    begun = select(GENERATION).where(GENERATION.c.status == "building")
    row = (await connection.execute(begun.order_by(GENERATION.c.number.desc()).limit(1))).one_or_none()
    if row is None:
        return None
    far = select(PROGRESS.c.service, PROGRESS.c.position, PROGRESS.c.head).where(PROGRESS.c.generation == row.number)
    services = {each.service: {"position": each.position, "head": each.head} for each in await connection.execute(far)}
    return {"generation": row.number, "phase": row.phase, "services": services}


async def abandon(connection: AsyncConnection, generation: int) -> None:
    """Give up a build, so that another one may begin."""
    mine = (GENERATION.c.number == generation) & (GENERATION.c.status == "building")
    await _retire(connection, mine)


async def switch(connection: AsyncConnection, generation: int, ends: Mapping[Partition, int], log: str) -> None:
    """Make a built generation the active one. It reads the bus on from where the bus ended when its build began."""
    await lock(connection, generation)
    await anchor(connection, generation, ends, log)
    await _retire(connection, GENERATION.c.status == "active")
    values = {"status": "active", "finished_at": clock.now()}
    await connection.execute(GENERATION.update().where(GENERATION.c.number == generation).values(values))


async def _retire(connection: AsyncConnection, those: ColumnElement[bool]) -> None:
    """Whoever still writes to one of them misses the batch that it knows."""
    retired = {"status": "retired", "batch": GENERATION.c.batch + 1}
    await connection.execute(GENERATION.update().where(those).values(retired))


async def anchor(connection: AsyncConnection, generation: int, ends: Mapping[Partition, int], log: str) -> None:
    """Read on from these offsets of this log; what is skipped comes from the owners' changes."""
    await connection.execute(delete(OFFSET).where(OFFSET.c.generation == generation))
    rows = [
        {"generation": generation, "topic": p.topic, "partition": p.number, "next": end, "log": log}
        for p, end in ends.items()
    ]
    if rows:
        await connection.execute(OFFSET.insert(), rows)


async def advance_watermark(connection: AsyncConnection, generation: int, service: str, until: datetime | None) -> None:
    """The view covers everything that the service recorded until then; a watermark never goes back."""
    mine = (PROGRESS.c.generation == generation) & (PROGRESS.c.service == service)
    if until is not None:
        older = mine & (PROGRESS.c.recorded_until < until)
        await connection.execute(PROGRESS.update().where(older).values(recorded_until=until))


async def sweep(connection: AsyncConnection) -> bool:
    """Remove some rows of retired generations, no more than a transaction should; says whether there may be others."""
    retired = select(GENERATION.c.number).where(GENERATION.c.status == "retired")
    for number in (await connection.execute(retired)).scalars().all():
        for table in _PER_GENERATION:
            if await _sweep(connection, table, number):
                return True
    await connection.execute(delete(GENERATION).where(GENERATION.c.status == "retired"))
    return False


async def _sweep(connection: AsyncConnection, table: Table, number: int) -> bool:
    mine, place = table.c.generation == number, [*table.primary_key][1]
    furthest = select(place).where(mine).order_by(place).offset(_SWEPT_AT_ONCE).limit(1)
    last = (await connection.execute(furthest)).scalar()
    await connection.execute(delete(table).where(mine, *([place <= last] if last is not None else [])))
    return last is not None


async def offsets(connection: AsyncConnection, generation: int, log: str) -> dict[Partition, int] | None:
    """Where to read on; None if the offsets are of another log."""
    query = select(OFFSET).where(OFFSET.c.generation == generation)
    rows = (await connection.execute(query)).all()
    if any(row.log != log for row in rows):
        return None
    return {Partition(row.topic, row.partition): row.next for row in rows}


def moved(generation: int, batches: Sequence[Batch], log: str) -> Update:
    """Compare and set: misses unless every partition is where these batches begin."""
    rows = [(generation, b.partition.topic, b.partition.number, log, b.start, b.next) for b in batches]
    place = ("generation", "topic", "partition", "log", "next")
    return Update(OFFSET, place, ("next",), rows, at_most=frozenset({"next"}), must=True)
