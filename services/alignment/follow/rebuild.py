"""Builds a new generation of the view from the owners' changes, beside the one that answers, and switches to it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from services.alignment.follow import changes, projector, trust
from services.alignment.follow.changes import Changes, Page
from services.alignment.follow.isolation import is_of_an_item, isolated
from services.alignment.follow.merging import Merged, merged
from services.alignment.follow.work import Work
from services.alignment.follow.writer import Writer
from services.alignment.judge.fingerprint import FINGERPRINT
from services.alignment.judge.known import packs_now
from services.alignment.queries import counts
from services.alignment.view import dead_letters, generations
from services.alignment.view.dead_letters import DeadLetter
from services.alignment.view.planner import Growth, look_again
from services.alignment.view.projection import Projected
from shared import clock
from shared.bus import Bus
from shared.contracts import OWNERS
from shared.contracts.events import topic
from shared.errors import Conflict
from shared.storage.db import Database
from shared.telemetry import log

TOPICS = [topic(service) for service in OWNERS]
_AT_ONCE = 2
"""Batches under way: one is written, and one is judged."""
_TELL_SECONDS = 5.0
_LONG_AGO = clock.FOREVER.replace(year=1)


class Rebuild:
    def __init__(self, database: Database, bus: Bus, owners: Changes, writer: Writer | None = None) -> None:
        self.database = database
        self.bus = bus
        self.owners = owners
        self._writer = writer or Writer(database)
        self._growth = Growth()
        self._told = 0.0

    async def begin(self, reason: str | None = None) -> int:
        """Open a generation; raises Conflict while another one is being built. ``reason`` is for people."""
        opening = asyncio.ensure_future(self._open(reason))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            with contextlib.suppress(Conflict):
                await self.abandon(await opening)  # nobody is going to fill it, and the next one need not wait for it
            raise

    async def _open(self, reason: str | None) -> int:
        async with self.database.write() as connection:
            return await generations.begin(connection, FINGERPRINT, reason, await packs_now(connection))

    async def abandon(self, generation: int) -> None:
        async with self.database.write() as connection:
            await generations.abandon(connection, generation)

    async def needed(self, generation: int) -> str | None:
        """Why a generation cannot be right any more by the rules that people have set or written."""
        async with self.database.read() as connection:
            if await generations.packs_of(connection, generation) != await packs_now(connection):
                return "there are other packs of rules"
        return "a rule was set later than it counts" if self._writer.came_late(generation) else None

    async def run(self, generation: int) -> None:
        """Fill the generation, then switch to it; the old one answers until then."""
        try:
            await self._fill(generation)
        except BaseException:
            # also when the process is told to stop: the next one need not wait until this build is taken for dead
            await self._writer.leave(generation)
            await self.abandon(generation)
            raise
        await self._sweep()
        log.info("view rebuilt", generation=generation)

    async def _sweep(self) -> None:
        more = True
        while more:
            async with self.database.write() as connection:
                more = await generations.sweep(connection)

    async def _fill(self, generation: int) -> None:
        await self.bus.ensure(TOPICS)
        ends, log_id = await self.bus.ends(TOPICS), await self.bus.identity()
        self._growth = Growth()
        await self._store_all(generation)
        await self._writer.settle(generation, clock.now())
        if self._writer.surveys:
            await self._writer.survey(generation)
        async with self.database.write() as connection:
            await look_again(connection)
        await self._count(generation)
        async with self.database.write() as connection:
            await generations.switch(connection, generation, ends, log_id)

    async def _store_all(self, generation: int) -> None:
        """While one batch is written, the next one is judged."""
        under_way: list[asyncio.Future[None]] = []
        try:
            async for made in merged({service: self._changes_of(service) for service in OWNERS}):
                under_way.append(asyncio.ensure_future(self._store(generation, made)))
                if len(under_way) == _AT_ONCE:
                    await under_way.pop(0)
            while under_way:
                await under_way.pop(0)
        finally:
            for each in under_way:
                each.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _changes_of(self, service: str) -> AsyncGenerator[Page]:
        """An owner's changes up to its head; while one page is stored, the next is on its way."""
        coming = asyncio.ensure_future(changes.fetch(self.owners, service, 0, changes.PAGE))
        try:
            while (page := await coming).events and page.next_after < page.head.position:
                coming = asyncio.ensure_future(changes.fetch(self.owners, service, page.next_after, changes.PAGE))
                yield page
            yield page
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _store(self, generation: int, made: Merged) -> None:
        """A row that makes the others fail is replaced by a letter."""
        letters = [letter for page in made.pages for letter in page.dead]
        try:
            events = [event for _, event in made.rows]
            async with self._writer.transaction(generation, ahead=events) as work:
                await self._finish(work, len(events), made.pages, letters)
        except Exception as error:
            if not is_of_an_item(error):
                raise
            bad = await isolated(made.rows, lambda some: self._commit(generation, [event for _, event in some]))
            letters += [changes.buried(page, event, error) for (page, event), error in bad]
            unread = [changes.unread(event.service, event.position) for (_, event), _ in bad]
            await self._commit(generation, unread, made.pages, letters)

    async def _commit(
        self,
        generation: int,
        events: Sequence[Projected],
        pages: Sequence[Page] = (),
        letters: Sequence[DeadLetter] = (),
    ) -> None:
        async with self._writer.transaction(generation) as work:
            await projector.apply(work, events)
            await self._finish(work, len(events), pages, letters)

    async def _finish(self, work: Work, count: int, pages: Sequence[Page], letters: Sequence[DeadLetter]) -> None:
        connection, generation = work.connection, work.generation
        await work.write()
        await generations.touch(connection, generation, "replaying")
        await dead_letters.bury(connection, letters)
        if self._growth.is_due(count):
            await look_again(connection)
        for page in pages:
            after, head = page.next_after, page.head
            await generations.note_head(connection, generation, page.service, head.position)
            self._tell(generation, service=page.service, position=after, head=head.position)
            if after >= head.position and trust.is_past(head.recorded_until, clock.now()):
                await generations.advance_watermark(connection, generation, page.service, head.recorded_until)

    async def _count(self, generation: int) -> None:
        """What there was of what along the whole history, so that no moment is far from counts that are kept."""
        more = True
        while more:
            async with self.database.write() as connection:
                await generations.touch(connection, generation, "counting")
                more = await counts.keep(connection, generation, self._writer.settle_after, newest=True)
            self._tell(generation, phase="counting")

    def _tell(self, generation: int, **far: Any) -> None:
        """In the log, now and then."""
        if time.monotonic() - self._told > _TELL_SECONDS:
            self._told = time.monotonic()
            log.info("view building", generation=generation, **far)
