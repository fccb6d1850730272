"""Keeps the view current: follows the bus, fetches from the owners what the bus did not bring, and rebuilds."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import select

from services.alignment import findings, projector, view
from services.alignment.models import PROGRESS, RECORD
from services.alignment.projection import Poison, Projected, moment, read
from shared import clock
from shared.bus import Batch, Bus, BusUnavailable, Partition, PositionLost
from shared.client import ClientError
from shared.contracts import OWNERS
from shared.contracts.events import EventId, topic
from shared.db import Database
from shared.errors import Conflict
from shared.telemetry import APPLIED, DEAD_LETTERS, LAG, log

GROUP = "plumbline-alignment"
TOPICS = [topic(service) for service in OWNERS]
_BATCH = 1000
_PAGE = 1000
_WAIT = 1.0
_IDLE = 1.0
_REMEMBERED = 10_000


class Changes(Protocol):
    """An owner's ``/changes``."""

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]: ...


class Follower:
    """Also wakes those who wait for a version, once this process has applied it."""

    def __init__(self, database: Database, bus: Bus, owners: Changes) -> None:
        self.database = database
        self.bus = bus
        self.owners = owners
        self.generation: int | None = None
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._asked: asyncio.Queue[int] = asyncio.Queue()
        self._applied: dict[str, tuple[int, int]] = {}
        self._seen: dict[str, int] = {}

    async def follow_forever(self) -> None:
        """Read the bus into the view, until cancelled."""
        while True:
            await self._ensure_built()
            with contextlib.suppress(view.OffsetMoved):
                try:
                    await self._follow()
                except BusUnavailable as error:
                    log.warning("bus unavailable", reason=str(error))
                    await asyncio.sleep(_IDLE)
                except PositionLost:
                    log.warning("position lost, reading on from the end; the owners fill the gap")
                    await self._anchor()

    async def _follow(self) -> None:
        log_id = await self.bus.identity()
        await self.bus.ensure(TOPICS)
        async with self.database.read() as connection:
            self.generation = await view.active(connection)
            known = await view.offsets(connection, self._active(), log_id)
        if known is None:
            raise PositionLost
        consumer = await self.bus.consumer(GROUP, TOPICS, self._positions)
        try:
            while True:
                if batches := await consumer.fetch(_BATCH, _WAIT):
                    await self._apply_batches(batches, log_id)
                    await consumer.done(batches)
        finally:
            await consumer.close()

    def _active(self) -> int:
        if self.generation is None:
            raise view.OffsetMoved
        return self.generation

    async def _positions(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        async with self.database.read() as connection:
            known = await view.offsets(connection, self._active(), await self.bus.identity())
        return {partition: next for partition, next in (known or {}).items() if partition in partitions}

    async def _anchor(self) -> None:
        ends, log_id = await self.bus.ends(TOPICS), await self.bus.identity()
        async with self.database.write() as connection:
            if self.generation is not None:
                await view.anchor(connection, self.generation, ends, log_id)

    async def _apply_batches(self, batches: Sequence[Batch], log_id: str) -> None:
        events, dead = [], []
        for batch in batches:
            for entry in batch.entries:
                try:
                    events.append(read(entry.value))
                except Poison as error:
                    place = f"{log_id}/{batch.partition.topic}/{batch.partition.number}/{entry.offset}"
                    dead.append(view.DeadLetter(place, entry.value or b"", str(error)))
        async with self.database.write() as connection:
            await view.lock(connection, self._active())
            await view.move(connection, self._active(), batches, log_id)
            await self._write(connection, self._active(), events, dead)
        self._announce(events, dead)

    async def _write(self, connection: Any, generation: int, events: list[Projected], dead: list[Any]) -> None:
        await projector.apply(connection, generation, events)
        await view.bury(connection, dead)

    def _announce(self, events: Sequence[Projected], dead: Sequence[view.DeadLetter]) -> None:
        APPLIED.inc(len(events))
        DEAD_LETTERS.inc(len(dead))
        for event in events:
            self._applied[event.ref] = max(event.order, self._applied.get(event.ref, event.order))
            for waiter in self._waiting.get(event.ref, ()):
                waiter.set()
        while len(self._applied) > _REMEMBERED:
            del self._applied[next(iter(self._applied))]

    def has_applied(self, ref: str, order: tuple[int, int]) -> bool:
        """Whether this process remembers applying this version or a newer one."""
        return self._applied.get(ref, (0, 0)) >= order

    async def catch_up_forever(self) -> None:
        """Ask each owner once a second how far it is: that moves the watermark, and shows holes to fill."""
        while True:
            await asyncio.sleep(_IDLE)
            if self.generation is None:
                continue
            for service in OWNERS:
                with contextlib.suppress(ClientError, view.OffsetMoved):
                    await self.catch_up(service)
            async with self.database.write() as connection:
                if (generation := await view.active(connection)) is not None:
                    await projector.settle(connection, generation, clock.now())

    async def catch_up(self, service: str, *, at_once: bool = False) -> None:
        """Move the watermark; fetch what is missing if it was missing the last time as well."""
        generation = self._active()
        position = await self._position(generation, service)
        page = await self.owners.changes(service, position, _PAGE)
        if page["items"]:
            stuck = self._seen.get(service) == position
            self._seen[service] = position
            if stuck or at_once:
                await self.apply_page(generation, service, page)
            return
        self._seen.pop(service, None)
        if page["head"]["position"] <= position:
            await self._advance_watermark(generation, service, moment(page["head"]["recorded_until"]))

    async def _position(self, generation: int, service: str) -> int:
        mine = (PROGRESS.c.generation == generation) & (PROGRESS.c.service == service)
        async with self.database.read() as connection:
            position: int = (await connection.execute(select(PROGRESS.c.position).where(mine))).scalar_one()
        return position

    async def _advance_watermark(self, generation: int, service: str, until: datetime | None) -> None:
        if until is None:
            return
        mine = (PROGRESS.c.generation == generation) & (PROGRESS.c.service == service)
        older = mine & (PROGRESS.c.recorded_until < until)
        async with self.database.write() as connection:
            await connection.execute(PROGRESS.update().where(older).values(recorded_until=until))
        LAG.labels(service).set((clock.now() - until).total_seconds())

    async def apply_page(self, generation: int, service: str, page: Mapping[str, Any], *, whole: bool = True) -> None:
        """Apply a page of an owner's changes; one that cannot be read is kept and counts as arrived."""
        events, dead = [], []
        for item in page["items"]:
            raw = orjson.dumps(item)
            try:
                events.append(read(raw))
            except Poison as error:
                dead.append(view.DeadLetter(f"{service}/changes/{item['position']}", raw, str(error)))
                events.append(_empty(service, item))
        async with self.database.write() as connection:
            await view.touch(connection, generation)
            if whole:
                await projector.apply(connection, generation, events)
            else:
                await projector.store(connection, generation, events)
            await view.bury(connection, dead)
        self._announce(events, dead)

    async def _ensure_built(self) -> None:
        while True:
            async with self.database.read() as connection:
                self.generation = await view.active(connection)
            if self.generation is not None:
                return
            try:
                await self.rebuild(await self.begin())
            except (ClientError, BusUnavailable, Conflict) as error:
                log.warning("the view is not built yet", reason=str(error))
                await asyncio.sleep(_IDLE)

    @contextlib.contextmanager
    def watching(self, ref: str) -> Iterator[asyncio.Event]:
        """An event that is set when this process has applied something of this entity."""
        event = asyncio.Event()
        self._waiting[ref].add(event)
        try:
            yield event
        finally:
            self._waiting[ref].discard(event)
            if not self._waiting[ref]:
                del self._waiting[ref]

    def start_rebuild(self, generation: int) -> None:
        self._asked.put_nowait(generation)

    async def rebuild_forever(self) -> None:
        """Do the rebuilds that were asked for, until cancelled."""
        while True:
            await self.rebuild(await self._asked.get())

    async def begin(self) -> int:
        """Open a generation for a rebuild; raises Conflict while one runs."""
        async with self.database.write() as connection:
            return await view.begin(connection)

    async def rebuild(self, generation: int) -> None:
        """Fill a new generation from the owners' changes, then switch to it; the old one answers until then."""
        await self.bus.ensure(TOPICS)
        ends, log_id = await self.bus.ends(TOPICS), await self.bus.identity()
        for service in OWNERS:
            await self._replay(generation, service)
        await self._find_all(generation)
        async with self.database.write() as connection:
            await view.switch(connection, generation, ends, log_id)
        self.generation = generation
        async with self.database.write() as connection:
            await view.sweep(connection)
        log.info("view rebuilt", generation=generation)

    async def _replay(self, generation: int, service: str) -> None:
        after = 0
        while True:
            page = await self.owners.changes(service, after, _PAGE)
            if page["items"]:
                await self.apply_page(generation, service, page, whole=False)
            after = page["next_after"]
            if after >= page["head"]["position"]:
                await self._advance_watermark(generation, service, moment(page["head"]["recorded_until"]))
                return

    async def _find_all(self, generation: int) -> None:
        """Every finding of every subject, from the beginning of the history."""
        after = ""
        while True:
            query = select(RECORD.c.ref).distinct().where(RECORD.c.generation == generation, RECORD.c.kind != "link")
            async with self.database.write() as connection:
                await view.touch(connection, generation)
                page = query.where(RECORD.c.ref > after).order_by(RECORD.c.ref).limit(_PAGE)
                refs = list((await connection.execute(page)).scalars())
                if not refs:
                    return
                await findings.refresh(connection, generation, refs, clock.FOREVER.replace(year=1), clock.now())
            after = refs[-1]


def _empty(service: str, item: Mapping[str, Any]) -> Projected:
    at = moment(item["time"]) or clock.now()
    return Projected(EventId("link", "", 0, 0), service, item["position"], at, None, ())
