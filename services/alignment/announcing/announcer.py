"""Tells what is found once it has lasted: a finding that came up, changed, was waived or was mended, and the score.

It goes behind the watermark by ``settle``: of what was found by then nothing changes any more, but for what comes late.
What was told of each finding is kept, and the next event says what is other than that; so a rebuild tells what it finds
to be different, and nothing else. All of it stands in the change table of alignment in the transaction that notes how
far telling has come: once, whoever leads.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import BindParameter, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.announcing import place as places
from services.alignment.announcing.place import Place
from services.alignment.announcing.telling import action, changed, opened, resolved, says_otherwise, score_of
from services.alignment.follow.follower import Follower
from services.alignment.handling import handled
from services.alignment.judge.forecast import Turned
from services.alignment.judge.in_force import InForce
from services.alignment.judge.known import Known
from services.alignment.models import ANNOUNCED, CHANGE, FINDING, PROGRESS
from services.alignment.queries.counts import tallies
from services.alignment.queries.snapshot import Moment
from services.alignment.view import generations
from services.alignment.view.generations import OffsetMoved
from services.alignment.views.weighing import sheet_from
from shared import clock
from shared.changes import append
from shared.clock import FIRST, FOREVER, before
from shared.storage.arrays import any_of, chunks
from shared.storage.db import MOMENT, Database

_IDLE = 1.0
_MOST_WAITING = 5_000
"""Changes that wait to be published, from which on no more are added: of a great import each finding is told, and
nobody else's events wait behind all of them."""
_TICK = timedelta(microseconds=1)
_GENERATION: BindParameter[int] = bindparam("generation")
_UNTIL = bindparam("until", type_=MOMENT)
_COVERED = select(func.min(PROGRESS.c.recorded_until)).where(PROGRESS.c.generation == _GENERATION)
_THESE = any_of(ANNOUNCED.c.id, "ids")
Json = dict[str, Any]


class Announcer:
    """Works where the ``follower`` leads; ``grace`` is how long a missing target is no fault in the score."""

    def __init__(self, database: Database, follower: Follower, grace: timedelta) -> None:
        self._database = database
        self._follower = follower
        self._grace = grace
        self._writer = follower.writer
        self._settle = follower.writer.settle_after
        self._known = Known()
        self._scored: tuple[int, int] | None = None
        """The generation, and how much had been written to it, when the score was worked out last."""

    async def run_forever(self) -> None:
        while True:
            await asyncio.sleep(_IDLE)
            if self._follower.leading:
                with contextlib.suppress(OffsetMoved):
                    await self.announce()

    async def announce(self) -> None:
        """All that there is to tell by now, or as much of it as may wait to be published."""
        more, until = True, None
        while more and (until := await self._until()):
            more = await self._some(until)
            await asyncio.sleep(0)  # SQLite never waits by itself, and others want to be served
        if until:
            await self._score(until)

    async def _until(self) -> datetime | None:
        """The instant until which all is judged, with all that was recorded until then and for ``settle`` after."""
        async with self._database.read() as connection:
            generation = await generations.active(connection)
            if generation is None or self._writer.positions(generation) is None:
                return None  # what is due of it is not known
            if await places.waiting(connection, _MOST_WAITING):
                return None
            covered = (await connection.execute(_COVERED, {"generation": generation})).scalar_one()
        due = self._writer.next_due(generation) or FOREVER
        until = min(before(covered, self._settle), due - _TICK)
        return until if until > FIRST else None

    @contextlib.asynccontextmanager
    async def _going_on(self, until: datetime) -> AsyncIterator[tuple[AsyncConnection, Place]]:
        """A transaction about the generation that answers; raises OffsetMoved where that is another one by the end:
        what was read of this one may have been swept."""
        async with self._database.write() as connection:
            generation = await generations.active(connection)
            if generation is None:
                raise OffsetMoved
            yield connection, await places.begin(connection, generation, until)
            if await generations.active(connection) != generation:
                raise OffsetMoved

    async def _some(self, until: datetime) -> bool:
        """The next findings; says whether there are more."""
        async with self._going_on(until) as (connection, place):
            some = await places.following(connection, place, until)
            rules = (await self._known.settings(connection, place.generation)).at(until)
            for ids in chunks(sorted(some.ids)):
                await _tell(connection, place.generation, ids, until, rules)
            if some.ids or some.place.checked != place.checked:  # a place that moves on over nothing need not be kept
                await places.keep(connection, some.place)
        return some.more

    async def _score(self, until: datetime) -> None:
        """At most once in ``settle``, and where something has been written since."""
        async with self._database.read() as connection:
            written = await generations.written(connection)
            scored_at = await places.scored_at(connection)
            if written == self._scored or until <= scored_at or until - scored_at < self._settle:
                return
            settings = await self._known.settings(connection, written[0])
            moment = Moment(connection, written[0], until, until, {}, settings=settings)
            async for each, counts in tallies(moment, [until]):
                sheet = await sheet_from(each, counts, Turned(), self._grace)
        now = score_of(sheet, until)
        async with self._going_on(until) as (connection, place):
            if (place.generation, place.scored_at) != (written[0], scored_at):
                raise OffsetMoved
            last = (await _told(connection, [now["id"]])).get(now["id"])
            if says_otherwise(last.state if last else None, now):
                await _write(connection, [(last, now, "changed")])
            await places.keep(connection, replace(place, scored_at=until))
        self._scored = written


async def _tell(
    connection: AsyncConnection, generation: int, ids: Collection[str], until: datetime, rules: InForce
) -> None:
    """Record what is other than it was told to be."""
    given = {"generation": generation, "ids": list(ids), "until": until}
    holding = {row.id: row for row in await connection.execute(_open(), given)}
    known = await _told(connection, ids)
    over = [id for id, row in known.items() if row.is_open and id not in holding]
    ended = dict((await connection.execute(_ended(), given | {"ids": over})).all()) if over else {}
    acts = await handled(connection, holding, FOREVER, clock.now()) if holding else {}
    told = []
    for id in sorted(holding.keys() | set(over)):
        last = known.get(id)
        was = last.state if last else None
        waiver = acts[id].waiver if id in acts else None
        now = opened(holding[id], waiver, rules) if id in holding else resolved(was or {}, ended.get(id))
        if changed(was, now):
            told.append((last, now, action(was, now)))
    await _write(connection, told)
    if sure := [id for id, row in known.items() if row.doubtful]:
        await connection.execute(update(ANNOUNCED).where(_THESE).values(doubtful=False), {"ids": sure})


@cache
def _open() -> Select[Any]:
    mine = FINDING.c.generation == _GENERATION, any_of(FINDING.c.id, "ids"), FINDING.c.severity >= 0
    return select(FINDING).where(*mine, FINDING.c.opened_at <= _UNTIL, FINDING.c.resolved_at > _UNTIL)


@cache
def _ended() -> Select[Any]:
    mine = FINDING.c.generation == _GENERATION, any_of(FINDING.c.id, "ids"), FINDING.c.resolved_at <= _UNTIL
    return select(FINDING.c.id, func.max(FINDING.c.resolved_at)).where(*mine).group_by(FINDING.c.id)


async def _told(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Any]:
    rows = await connection.execute(select(ANNOUNCED).where(_THESE), {"ids": list(ids)})
    return {row.id: row for row in rows}


async def _write(connection: AsyncConnection, told: list[tuple[Any, Json, str]]) -> None:
    """One event for each: what was told before, how it is now, and what has happened."""
    if not told:
        return
    correlation, changes, rows = str(uuid4()), [], []
    for last, now, done in told:
        version = last.version + 1 if last else 1
        state = now | {"version": version}
        was = last.state if last else None
        data = {"state": state, "changed": changed(was, now)}
        changes.append(
            {
                "kind": now["kind"],
                "id": UUID(now["id"]),
                "version": version,
                "action": done,
                "actor": "system",
                "correlation_id": correlation,
                "data": orjson.dumps(data).decode(),
            }
        )
        is_open = now.get("state") == "open"
        rows.append({"id": now["id"], "version": version, "is_open": is_open, "doubtful": False, "state": now})
    await append(connection, CHANGE, changes)
    await connection.execute(delete(ANNOUNCED).where(_THESE), {"ids": [row["id"] for row in rows]})
    await connection.execute(insert(ANNOUNCED), rows)
