"""The leader of an owner's changes: it sequences new rows, publishes them, and marks them. One per owner database.

It is elected by a lease row with a term, and every transaction it makes renews that row on the condition that the term
still is its own, so that a leader that was asleep too long can do no harm. Sequencing and publishing are two loops:
positions, ``/changes`` and what rests on them go on while the broker is away.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from opentelemetry.trace import SpanKind
from sqlalchemy import ColumnElement, Table, literal, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.bus import Bus, BusUnavailable, Message
from shared.changes.backlog import Backlog
from shared.changes.table import fact, facts_in
from shared.contracts.events import Fact, topic
from shared.errors import Unavailable
from shared.storage.db import Database
from shared.storage.dialects import database_now, update_each
from shared.storage.outage import is_away
from shared.telemetry import log
from shared.telemetry.messages import MessageSpans, tell
from shared.telemetry.metrics import LEADER, PUBLISH_FAILURES, PUBLISHED, SEQUENCED

BATCH = 500
_TICK = timedelta(microseconds=1)
_RETRY_SECONDS = 1.0


class LeaseLost(Exception):
    """Somebody else leads now."""


class Leader:
    """``wake()`` after a commit makes it look at once; without it, it looks every ``sweep`` seconds."""

    def __init__(
        self, service: str, database: Database, changes: Table, leader: Table, bus: Bus,
        *, lease: float, sweep: float, exclusive: bool,
    ) -> None:  # fmt: skip
        self.service = service
        self.database = database
        self.changes = changes
        self.table = leader
        self.bus = bus
        self.lease = timedelta(seconds=lease)
        self.sweep = sweep
        self.exclusive = exclusive
        self.me = str(uuid4())
        self.term: int | None = None
        self._until = clock.FOREVER
        self._renewed = 0.0
        self._backlog = Backlog(service, changes, lambda: self.leads, sweep)
        self._spans = MessageSpans(service, bus.system, "send", SpanKind.PRODUCER)
        LEADER.watch(lambda: float(self.leads), service)
        for counter in (SEQUENCED, PUBLISHED, PUBLISH_FAILURES):
            counter.labels(service)  # so that it is there, and 0, before anything has happened
        self._new = asyncio.Event()
        self._sequenced = asyncio.Event()

    @property
    def leads(self) -> bool:
        """Whether the lease is ours, as far as this process can know: one that cannot renew it says no by itself."""
        return self.term is not None and time.monotonic() < self._renewed + self.lease.total_seconds()

    def wake(self) -> None:
        self._new.set()

    async def sequence_forever(self) -> None:
        """Hold the lease and give positions, until cancelled."""
        while True:
            if await self._as_leader(self.sequence) < BATCH:
                await self._look()
                await _wait(self._new, self.sweep)

    async def _look(self) -> None:
        """Here and not where it is published, since that waits for a broker that is away."""
        if self.leads and self._backlog.is_due:
            async with self.database.read() as connection:
                await self._backlog.look(connection)

    async def publish_forever(self) -> None:
        """Send what is sequenced, until cancelled; a broker that is away only makes this wait."""
        while True:
            try:
                sent = await self._as_leader(self.publish)
            except BusUnavailable as error:
                PUBLISH_FAILURES.labels(self.service).inc()
                log.warning("bus unavailable", service=self.service, reason=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if sent < BATCH:
                await _wait(self._sequenced, self.sweep)

    async def _as_leader(self, step: Callable[[], Awaitable[int]]) -> int:
        """Run one step if the lease is ours, and say how many rows it moved."""
        if self.term is None and not await self.acquire():
            return 0
        try:
            return await step()
        except LeaseLost:
            log.warning("lease lost", service=self.service, term=self.term)
            self._follow()
            return 0

    async def acquire(self) -> bool:
        """Take the lease if it is free, ours, or (in a process that is alone by a file lock) anybody's."""
        table = self.table
        async with self.database.write() as connection:
            now = await database_now(connection)
            free = or_(table.c.holder == self.me, table.c.until < now, literal(self.exclusive))
            values = {"holder": self.me, "term": table.c.term + 1, "until": now + self.lease}
            update = table.update().where(free).values(values).returning(table.c.term, table.c.recorded_until)
            taken = (await connection.execute(update)).one_or_none()
            self.term, self._until = taken or (None, self._until)
        self._renewed = time.monotonic()
        return self.term is not None

    async def release(self) -> None:
        """Give the lease back, so that the next leader need not wait for its end. A database that is away or busy keeps
        nobody from stopping: then the lease ends by itself."""
        if self.term is None:
            return
        try:
            async with self.database.write() as connection:
                await self._advance(connection, 0, until=await database_now(connection))
        except LeaseLost:
            pass
        except (DBAPIError, Unavailable) as error:
            if not is_away(error):
                raise
            log.warning("lease not given back", service=self.service, reason=type(error).__name__)
        self._follow()

    def _follow(self) -> None:
        self.term = None
        self._backlog.forget()

    async def sequence(self) -> int:
        """Give position and recorded_at to the rows that have none, and move the head on, in one transaction."""
        async with self.database.write() as connection:
            rows = await self._unsequenced(connection)
            now = await database_now(connection)
            first = max(now, self._until + _TICK)
            last = first + max(len(rows) - 1, 0) * _TICK
            position = await self._advance(connection, len(rows), until=now + self.lease, recorded_until=last)
            await self._place(connection, rows, position - len(rows), first)
        self._until, self._renewed = last, time.monotonic()
        if rows:
            SEQUENCED.labels(self.service).inc(len(rows))
            self._sequenced.set()
        return len(rows)

    async def _unsequenced(self, connection: AsyncConnection) -> Sequence[int]:
        # by flag, never by "larger than the last": numbers are drawn before commits, so a lower one can appear later
        table = self.changes
        query = select(table.c.sequence).where(table.c.position.is_(None)).order_by(table.c.sequence).limit(BATCH)
        return (await connection.execute(query)).scalars().all()

    async def _advance(self, connection: AsyncConnection, count: int, **values: datetime) -> int:
        """Move the head if the lease is still ours and the head where we left it; it stays locked until we commit.

        The second also finds out about a commit of ours whose answer was lost: then the lease is taken anew.
        """
        table = self.table
        ours = self._ours() & (table.c.recorded_until == self._until)
        update = table.update().where(ours).values(position=table.c.position + count, **values)
        position: int | None = (await connection.execute(update.returning(table.c.position))).scalar_one_or_none()
        if position is None:
            raise LeaseLost
        return position

    async def _place(self, connection: AsyncConnection, rows: Sequence[int], base: int, first: datetime) -> None:
        if rows:
            placed = [
                {"sequence": row, "position": base + n, "recorded_at": first + (n - 1) * _TICK}
                for n, row in enumerate(rows, 1)
            ]
            await update_each(connection, self.changes, "sequence", placed)

    def _ours(self) -> ColumnElement[bool]:
        """Whether the lease is still this term of ours."""
        ours: ColumnElement[bool] = (self.table.c.holder == self.me) & (self.table.c.term == self.term)
        return ours

    async def publish(self) -> int:
        """Send the oldest unpublished rows and mark them; if sending fails none is marked and all go again."""
        facts = await self._unpublished()
        if not facts:
            return 0
        began = clock.nanoseconds()
        await self.bus.publish(topic(self.service), [Message(f.key, f.envelope()) for f in facts])
        PUBLISHED.labels(self.service).inc(len(facts))
        self._spans.record(began, {self.service: topic(self.service)}, facts)
        tell("published", facts)
        await self._mark(facts)
        return len(facts)

    async def _unpublished(self) -> list[Fact]:
        table = self.changes
        waiting = table.c.position.is_not(None) & table.c.published_at.is_(None)
        async with self.database.read() as connection:
            query = facts_in(table).where(waiting).order_by(table.c.position).limit(BATCH)
            facts = [fact(self.service, row) for row in await connection.execute(query)]
        if len(facts) < BATCH:
            self._backlog.saw(facts)
        return facts

    async def _mark(self, facts: Sequence[Fact]) -> None:
        """A leader that was asleep too long marks nothing: whoever leads now sends these rows again.

        By range, since what waits between the first and the last of them is just them: positions are given in order.
        """
        table = self.changes
        leads = select(self.table.c.term).where(self._ours()).with_for_update(read=True).exists()
        sent = table.c.position.between(facts[0].position, facts[-1].position) & table.c.published_at.is_(None)
        async with self.database.write() as connection:
            update = table.update().where(sent, leads).values(published_at=clock.now())
            if not (await connection.execute(update)).rowcount:
                raise LeaseLost


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
