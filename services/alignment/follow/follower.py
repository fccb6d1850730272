"""Keeps the view current: follows the bus, which says when, and the owners, who say what; and rebuilds."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import cycle

from services.alignment.follow.changes import Changes
from services.alignment.follow.gaps import Gaps
from services.alignment.follow.intake import Intake
from services.alignment.follow.rebuild import TOPICS, Rebuild
from services.alignment.follow.reconciling import Reconciler
from services.alignment.follow.telemetry import Reporting
from services.alignment.follow.writer import Writer
from services.alignment.judge.fingerprint import FINGERPRINT
from services.alignment.queries import counts
from services.alignment.view import dead_letters, generations
from services.alignment.view.projection import Projected
from services.alignment.view.waiting import Waiting
from shared import clock
from shared.bus import Batch, Bus, BusUnavailable, Partition, PositionLost, Undecodable
from shared.client import ClientError
from shared.contracts import OWNERS
from shared.errors import Conflict
from shared.storage.db import Database
from shared.telemetry import log, metrics

GROUP = "plumbline-alignment"
_BATCH = 1000
_WAIT = 1.0
_IDLE = 1.0
_RECONCILE, _TICK = 5.0, 0.05
_AT_ONCE = timedelta(0)


class Follower:
    def __init__(self, database: Database, bus: Bus, owners: Changes, settle: timedelta = _AT_ONCE) -> None:
        self.database = database
        self.bus = bus
        self.owners = owners
        self.generation: int | None = None
        self.leading = False
        self.waiting = Waiting()
        self.writer = Writer(database, settle)
        self.rebuild = Rebuild(database, bus, owners, self.writer)
        self.reporting = Reporting(bus.system)
        self.reconciler = Reconciler(database, owners)
        self.intake = Intake(database, self.writer, owners, self.heal, self._announce)
        self.gaps = Gaps(database, owners, self.intake, self.heal)
        self._asked: asyncio.Queue[int] = asyncio.Queue()
        metrics.WRITER.watch(lambda: float(self.leading))

    async def follow_forever(self) -> None:
        """Read the bus into the view, until cancelled; then another process may write at once."""
        try:
            await self._ensure_built()
            await self._judge_anew()
            await self._follow_on()
        except asyncio.CancelledError:
            await self.writer.release()
            raise

    async def _follow_on(self) -> None:
        while True:
            await self._ensure_built()
            with contextlib.suppress(generations.OffsetMoved):
                try:
                    await self._follow()
                except BusUnavailable as error:
                    log.warning("bus unavailable", reason=str(error))
                    await asyncio.sleep(_IDLE)
                except PositionLost as lost:
                    log.warning("position lost, reading on from the end; the owners fill the gap", reason=str(lost))
                    await self._anchor(lost)

    async def _follow(self) -> None:
        log_id = await self.bus.identity()
        await self.bus.ensure(TOPICS)
        await self._lead()
        async with self.database.read() as connection:
            known = await generations.offsets(connection, self._active(), log_id)
        if known is None:
            raise PositionLost
        generation = self._active()
        consumer = await self.bus.consumer(GROUP, TOPICS, self._positions)
        try:
            while True:
                batches = await consumer.fetch(_BATCH, _WAIT)
                if self.generation != generation:
                    return  # the one that was built in the meantime reads on from elsewhere
                if batches:
                    await self._apply_batches(batches, log_id)
                    await consumer.done(batches)
        finally:
            self.leading = False
            await consumer.close()

    async def _lead(self) -> None:
        """Wait until this process is the one that writes; the others answer, and stand by."""
        while True:
            await self._note_switch()
            if await self.writer.leads(self._active()):
                break
            await asyncio.sleep(_IDLE)
        await self.writer.warm(self._active())
        self.leading = True

    def _active(self) -> int:
        if self.generation is None:
            raise generations.OffsetMoved
        return self.generation

    async def _positions(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        async with self.database.read() as connection:
            known = await generations.offsets(connection, self._active(), await self.bus.identity())
        return {partition: next for partition, next in (known or {}).items() if partition in partitions}

    async def _anchor(self, lost: PositionLost) -> None:
        ends, log_id = await self.bus.ends(TOPICS), await self.bus.identity()
        place = f"{log_id}/before {clock.rfc3339(clock.now())}"
        letters = [dead_letters.DeadLetter(place, b"", str(lost))] if isinstance(lost, Undecodable) else []
        async with self.database.write() as connection:
            if self.generation is not None:
                await generations.anchor(connection, self.generation, ends, log_id)
            await dead_letters.bury(connection, letters)
        self.reporting.buried(letters)

    async def _apply_batches(self, batches: Sequence[Batch], log_id: str) -> None:
        await self.intake.take(self._active(), batches, log_id)

    async def heal(self, service: str, reason: str) -> None:
        """The view is not what an owner says: build it anew, beside the one that answers."""
        metrics.DISAGREEMENTS.labels(service).inc()
        log.error("the view disagrees with its owner", service=service, reason=reason)
        async with self.database.read() as connection:
            built_for = await generations.reason(connection, self._active())
        if built_for == f"{service}: {reason}":
            return  # building it anew does not help
        with contextlib.suppress(Conflict):
            self.start_rebuild(await self.rebuild.begin(f"{service}: {reason}"))

    async def reconcile_forever(self) -> None:
        """Compare the view with the owners, a few rows of one of them at a time, until cancelled."""
        for service in cycle(OWNERS):
            await asyncio.sleep(_RECONCILE)
            if self.leading:
                with contextlib.suppress(ClientError, generations.OffsetMoved):
                    await self.reconcile(service)

    async def reconcile(self, service: str) -> None:
        """Compare the next few rows."""
        if reason := await self.reconciler.step(self._active(), service):
            await self.heal(service, reason)

    def _announce(self, events: Sequence[Projected], dead: Sequence[dead_letters.DeadLetter], began: int) -> None:
        self.waiting.announce(events)
        self.reporting.applied(events, dead, began)

    async def catch_up_forever(self) -> None:
        """Ask each owner once a second how far it is: that moves the watermark, and shows holes to fill."""
        while True:
            await asyncio.sleep(_IDLE)
            await self.reporting.look(self.database)
            if self.generation is not None:
                await self._note_switch()
            if not self.leading:
                continue
            for service in OWNERS:
                with contextlib.suppress(ClientError, generations.OffsetMoved):
                    await self.catch_up(service)
            with contextlib.suppress(generations.OffsetMoved):
                if await self.writer.leads(self._active()):
                    await self.settle()
                    await self._count()
                    await self._judge_with_settings()
                else:
                    self.leading = False  # another one leads; the next batch finds out as well

    async def settle(self) -> None:
        """Judge what is due by now."""
        await self.writer.settle(self._active(), clock.now())

    async def tick_forever(self) -> None:
        """Judge what turns by the calendar at its instant, until cancelled."""
        while True:
            await asyncio.sleep(_TICK)
            if self.leading and (due := self.writer.next_due(self._active())) and due <= clock.now():
                with contextlib.suppress(generations.OffsetMoved):
                    await self.settle()

    async def _count(self) -> None:
        more = True
        while more:
            async with self.database.write() as connection:
                more = await counts.keep(connection, self._active(), self.writer.settle_after)

    async def _note_switch(self) -> None:
        """Another replica may have built a generation and swept the one that we knew."""
        async with self.database.read() as connection:
            active = await generations.active(connection)
        before, self.generation = self.generation, active
        if before is not None and before != active:
            await self.writer.leave(before)

    async def catch_up(self, service: str) -> None:
        """Move the watermark; fetch what is missing if it was missing the last time as well."""
        await self.gaps.catch_up(self._active(), service)

    async def _ensure_built(self) -> None:
        while True:
            await self._note_switch()
            if self.generation is not None:
                return
            try:
                await self.rebuild.run(await self.rebuild.begin())
            except (ClientError, BusUnavailable, Conflict) as error:
                log.warning("the view is not built yet", reason=str(error))
                await asyncio.sleep(_IDLE)

    async def _judge_anew(self) -> None:
        """Where the rules are not those of the view, build it anew beside the one that answers. Once per process: two
        releases side by side would otherwise undo each other's."""
        async with self.database.read() as connection:
            known = await generations.judged_by(connection, self._active())
        if known != FINGERPRINT:
            log.info("the rules have changed: the view is built anew")
            with contextlib.suppress(Conflict):
                self.start_rebuild(await self.rebuild.begin())

    async def _judge_with_settings(self) -> None:
        """Where a setting came too late, or there are other packs, build the view anew beside the one that answers."""
        if why := await self.rebuild.needed(self._active()):
            with contextlib.suppress(Conflict):
                self.start_rebuild(await self.rebuild.begin(why))

    def start_rebuild(self, generation: int) -> None:
        self._asked.put_nowait(generation)

    async def rebuild_forever(self) -> None:
        """Do the rebuilds that were asked for, until cancelled."""
        while True:
            generation = await self._asked.get()
            try:
                await self.rebuild.run(generation)
            except (ClientError, BusUnavailable) as error:
                log.warning("the rebuild is given up", generation=generation, reason=str(error))
            else:
                await self._note_switch()
