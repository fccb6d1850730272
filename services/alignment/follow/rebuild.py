"""Builds a new generation of the view from the owners' changes, beside the one that answers, and switches to it."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from sqlalchemy import select

from services.alignment.follow import changes, projector, trust
from services.alignment.follow.changes import Changes, Page
from services.alignment.follow.isolation import is_of_an_item, isolated
from services.alignment.judge import intervals
from services.alignment.judge.rules import RULES, fingerprint
from services.alignment.models import RECORD
from services.alignment.queries import counts
from services.alignment.view import dead_letters, generations
from services.alignment.view.dead_letters import DeadLetter
from services.alignment.view.planner import Growth, look_again
from services.alignment.view.projection import Projected
from shared import clock
from shared.bus import Bus
from shared.contracts import NODE_KINDS, OWNERS
from shared.contracts.events import topic
from shared.db import Database
from shared.telemetry import log

TOPICS = [topic(service) for service in OWNERS]
_TELL_SECONDS = 5.0
_LONG_AGO = clock.FOREVER.replace(year=1)


class Rebuild:
    def __init__(self, database: Database, bus: Bus, owners: Changes) -> None:
        self.database = database
        self.bus = bus
        self.owners = owners
        self._growth = Growth()
        self._told = 0.0

    async def begin(self, reason: str | None = None) -> int:
        """Open a generation; raises Conflict while another one is being built. ``reason`` is for people."""
        async with self.database.write() as connection:
            return await generations.begin(connection, fingerprint(RULES.values()), reason)

    async def run(self, generation: int) -> None:
        """Fill the generation, then switch to it; the old one answers until then."""
        try:
            await self._fill(generation)
        except BaseException:
            # also when the process is told to stop: the next one need not wait until this build is taken for dead
            async with self.database.write() as connection:
                await generations.abandon(connection, generation)
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
        for service in OWNERS:
            await self._replay(generation, service)
        await self._find_all(generation)
        async with self.database.write() as connection:
            await look_again(connection)
        await self._count(generation)
        async with self.database.write() as connection:
            await generations.switch(connection, generation, ends, log_id)

    async def _replay(self, generation: int, service: str) -> None:
        async with aclosing(self._told_by(service)) as pages:
            async for page in pages:
                await self._store(generation, service, page)

    async def _told_by(self, service: str) -> AsyncGenerator[Page]:
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

    async def _store(self, generation: int, service: str, page: Page) -> None:
        """A row that makes its page fail is replaced by a letter."""
        rows, letters = list(page.events), list(page.dead)
        try:
            await self._commit(generation, service, page, rows, letters)
        except Exception as error:
            if not is_of_an_item(error):
                raise
            bad = await isolated(rows, lambda some: self._commit(generation, service, page, some))
            letters += [changes.buried(page, event, error) for event, error in bad]
            unread = [changes.unread(service, event.position) for event, _ in bad]
            await self._commit(generation, service, page, unread, letters)

    async def _commit(
        self, generation: int, service: str, page: Page, events: Sequence[Projected], letters: Sequence[DeadLetter] = ()
    ) -> None:
        after, head = page.next_after, page.head
        async with self.database.write() as connection:
            await generations.touch(connection, generation, f"replaying {service}")
            await generations.note_head(connection, generation, service, head.position)
            await projector.store(connection, generation, events)
            await dead_letters.bury(connection, letters)
            await self._growth.note(connection, len(events))
            self._tell(generation, phase=f"replaying {service}", position=after, head=head.position)
            if after >= head.position and trust.is_past(head.recorded_until, clock.now()):
                await generations.advance_watermark(connection, generation, service, head.recorded_until)

    async def _find_all(self, generation: int) -> None:
        """Every finding of every subject, from the beginning of the history."""
        checked = 0
        for kind in NODE_KINDS:
            phase = f"checking {kind}"
            async for refs in self._pages_of(generation, kind):
                checked += len(refs)
                find = partial(self._find, generation, phase, checked)
                letters = [
                    dead_letters.DeadLetter(f"view/{generation}/{ref}", b"", f"its findings failed: {error!r}"[:500])
                    for ref, error in await isolated(refs, find)
                ]
                if letters:
                    async with self.database.write() as connection:
                        await dead_letters.bury(connection, letters)
                self._tell(generation, phase=phase, checked=checked)

    async def _find(self, generation: int, phase: str, checked: int, refs: Sequence[str]) -> None:
        async with self.database.write() as connection:
            await generations.touch(connection, generation, phase, checked)
            await intervals.refresh(connection, generation, refs, _LONG_AGO, clock.now())

    async def _count(self, generation: int) -> None:
        """What there was of what along the whole history, so that no moment is far from counts that are kept."""
        more = True
        while more:
            async with self.database.write() as connection:
                await generations.touch(connection, generation, "counting")
                more = await counts.keep(connection, generation, newest=True)
            self._tell(generation, phase="counting")

    async def _pages_of(self, generation: int, kind: str) -> AsyncIterator[list[str]]:
        """The entities of a kind, in the order of their references: those begin with the kind."""
        of_kind = select(RECORD.c.ref).distinct().where(RECORD.c.generation == generation, RECORD.c.ref < f"{kind}0")
        after = f"{kind}/"
        while True:
            async with self.database.read() as connection:
                page = of_kind.where(RECORD.c.ref > after).order_by(RECORD.c.ref).limit(changes.PAGE)
                refs = list((await connection.execute(page)).scalars())
            if not refs:
                return
            yield refs
            after = refs[-1]

    def _tell(self, generation: int, **far: Any) -> None:
        """In the log, now and then."""
        if time.monotonic() - self._told > _TELL_SECONDS:
            self._told = time.monotonic()
            log.info("view building", generation=generation, **far)
