"""Keeps the view current: follows the bus, fetches from the owners what the bus did not bring, and rebuilds."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from services.alignment import projector, tally, view
from services.alignment.growth import Growth
from services.alignment.models import AHEAD, PROGRESS
from services.alignment.projection import Poison, Projected, moment, read
from services.alignment.rebuild import PAGE, TOPICS, Changes, Rebuild, read_page
from services.alignment.reporting import Reporting
from services.alignment.waiting import Waiting
from shared import clock
from shared.bus import Batch, Bus, BusUnavailable, Partition, PositionLost
from shared.client import ClientError
from shared.contracts import OWNERS
from shared.db import Database
from shared.errors import Conflict
from shared.telemetry import log

GROUP = "plumbline-alignment"
_BATCH = 1000
_WAIT = 1.0
_IDLE = 1.0
_PAGES_AT_ONCE = 20  # then the other owners have their turn
_WHOSE = (PROGRESS.c.generation == bindparam("at")) & (PROGRESS.c.service == bindparam("of"))
_FIRST_AHEAD = (
    select(func.min(AHEAD.c.position))
    .where(AHEAD.c.generation == PROGRESS.c.generation, AHEAD.c.service == PROGRESS.c.service)
    .scalar_subquery()
)
_GAP = select(PROGRESS.c.position, _FIRST_AHEAD).where(_WHOSE)


class Follower:
    def __init__(self, database: Database, bus: Bus, owners: Changes) -> None:
        self.database = database
        self.bus = bus
        self.owners = owners
        self.generation: int | None = None
        self.growth = Growth()
        self.waiting = Waiting()
        self.rebuild = Rebuild(database, bus, owners)
        self.reporting = Reporting(bus.system)
        self._asked: asyncio.Queue[int] = asyncio.Queue()
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
        began = clock.nanoseconds()
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
            await projector.apply(connection, self._active(), events)
            await view.bury(connection, dead)
            await self.growth.note(connection, len(events))
        self._announce(events, dead, began)

    def _announce(self, events: Sequence[Projected], dead: Sequence[view.DeadLetter], began: int) -> None:
        self.waiting.announce(events)
        self.reporting.applied(events, dead, began)

    async def catch_up_forever(self) -> None:
        """Ask each owner once a second how far it is: that moves the watermark, and shows holes to fill."""
        while True:
            await asyncio.sleep(_IDLE)
            await self.reporting.look(self.database)
            await self._note_switch()
            if self.generation is None:
                continue
            for service in OWNERS:
                with contextlib.suppress(ClientError, view.OffsetMoved):
                    await self.catch_up(service)
            more = True
            while more:
                async with self.database.write() as connection:
                    await projector.settle(connection, self.generation, clock.now())
                    more = await tally.keep(connection, self.generation)

    async def _note_switch(self) -> None:
        """Another replica may have built a generation and swept the one that we knew."""
        async with self.database.read() as connection:
            active = await view.active(connection)
        if self.generation is not None:
            self.generation = active

    async def catch_up(self, service: str) -> None:
        """Move the watermark; fetch what is missing if it was missing the last time as well."""
        generation = self._active()
        position, _ = await self._gap(generation, service)
        page = await self.owners.changes(service, position, 1)
        if page["items"]:
            stuck = self._seen.get(service) == position
            self._seen[service] = position
            if stuck:
                await self._fill(generation, service)
            return
        self._seen.pop(service, None)
        if page["head"]["position"] <= position:
            await self._advance_watermark(generation, service, moment(page["head"]["recorded_until"]))

    async def _fill(self, generation: int, service: str) -> None:
        """Fetch what is missing and no more: what lies beyond a hole has arrived, or the bus is bringing it."""
        for _ in range(_PAGES_AT_ONCE):
            position, size = await self._gap(generation, service)
            page = await self.owners.changes(service, position, size)
            if page["items"]:
                await self._apply_page(generation, service, page)
            reached = page["next_after"]
            # a page is also short where its events are large: only by how far it reaches is told whether it is the last
            if reached >= page["head"]["position"] or not page["items"] or (reached >= position + size and size < PAGE):
                return

    async def _gap(self, generation: int, service: str) -> tuple[int, int]:
        """The position up to which nothing is missing, and how many are known to be missing after it, a page at most"""
        async with self.database.read() as connection:
            position, ahead = (await connection.execute(_GAP, {"at": generation, "of": service})).one()
        return position, PAGE if ahead is None else min(PAGE, ahead - position - 1)

    async def _advance_watermark(self, generation: int, service: str, until: datetime | None) -> None:
        async with self.database.write() as connection:
            await view.advance_watermark(connection, generation, service, until)

    async def _apply_page(self, generation: int, service: str, page: Mapping[str, Any]) -> None:
        began = clock.nanoseconds()
        events, dead = read_page(service, page)
        async with self.database.write() as connection:
            await view.lock(connection, generation)
            await projector.apply(connection, generation, events)
            await view.bury(connection, dead)
            await self.growth.note(connection, len(events))
        self._announce(events, dead, began)

    async def _ensure_built(self) -> None:
        while True:
            async with self.database.read() as connection:
                self.generation = await view.active(connection)
            if self.generation is not None:
                return
            try:
                await self.rebuild.run(await self.rebuild.begin())
            except (ClientError, BusUnavailable, Conflict) as error:
                log.warning("the view is not built yet", reason=str(error))
                await asyncio.sleep(_IDLE)

    def start_rebuild(self, generation: int) -> None:
        self._asked.put_nowait(generation)

    async def rebuild_forever(self) -> None:
        """Do the rebuilds that were asked for, until cancelled."""
        while True:
            generation = await self._asked.get()
            await self.rebuild.run(generation)
            self.generation = generation
