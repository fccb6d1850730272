"""Builds a new generation of the view from the owners' changes, beside the one that answers, and switches to it."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol

import orjson
from sqlalchemy import select

from services.alignment import findings, projector, tally, view
from services.alignment.growth import Growth, look_again
from services.alignment.models import RECORD
from services.alignment.projection import Poison, Projected, moment, project, readable
from shared import clock
from shared.bus import Bus
from shared.contracts import NODE_KINDS, OWNERS
from shared.contracts.events import EventId, topic
from shared.db import Database
from shared.telemetry import log

TOPICS = [topic(service) for service in OWNERS]
PAGE = 1000
_TELL_SECONDS = 5.0
_LONG_AGO = clock.FOREVER.replace(year=1)


class Changes(Protocol):
    """An owner's ``/changes``."""

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]: ...


def read_page(service: str, page: Mapping[str, Any]) -> tuple[list[Projected], list[view.DeadLetter]]:
    """The events of a page of an owner's changes; one that cannot be read is kept, and counts as arrived."""
    events, dead = [], []
    for item in page["items"]:
        try:
            events.append(readable(partial(project, item)))
        except Poison as error:
            source = f"{service}/changes/{item['position']}"
            dead.append(view.DeadLetter(source, orjson.dumps(item), str(error)))
            at = moment(item["time"]) or clock.now()
            events.append(Projected(EventId("link", "", 0, 0), service, item["position"], at, None, ()))
    return events, dead


class Rebuild:
    def __init__(self, database: Database, bus: Bus, owners: Changes) -> None:
        self.database = database
        self.bus = bus
        self.owners = owners
        self._growth = Growth()
        self._told = 0.0

    async def begin(self) -> int:
        """Open a generation; raises Conflict while another one is being built."""
        async with self.database.write() as connection:
            return await view.begin(connection)

    async def run(self, generation: int) -> None:
        """Fill the generation, then switch to it; the old one answers until then."""
        try:
            await self._fill(generation)
        except BaseException:
            # also when the process is told to stop: the next one need not wait until this build is taken for dead
            async with self.database.write() as connection:
                await view.abandon(connection, generation)
            raise
        await self._sweep()
        log.info("view rebuilt", generation=generation)

    async def _sweep(self) -> None:
        more = True
        while more:
            async with self.database.write() as connection:
                more = await view.sweep(connection)

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
            await view.switch(connection, generation, ends, log_id)

    async def _replay(self, generation: int, service: str) -> None:
        async with aclosing(self._told_by(service)) as pages:
            async for page in pages:
                await self._store(generation, service, page)

    async def _told_by(self, service: str) -> AsyncGenerator[dict[str, Any]]:
        """An owner's changes up to its head; while one page is stored, the next is on its way."""
        coming = asyncio.ensure_future(self.owners.changes(service, 0, PAGE))
        try:
            while (page := await coming)["next_after"] < page["head"]["position"]:
                coming = asyncio.ensure_future(self.owners.changes(service, page["next_after"], PAGE))
                yield page
            yield page
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _store(self, generation: int, service: str, page: dict[str, Any]) -> None:
        events, dead = read_page(service, page)
        async with self.database.write() as connection:
            after, head = page["next_after"], page["head"]
            await view.touch(connection, generation, f"replaying {service}")
            await view.note_head(connection, generation, service, head["position"])
            await projector.store(connection, generation, events)
            await view.bury(connection, dead)
            await self._growth.note(connection, len(events))
            self._tell(generation, phase=f"replaying {service}", position=after, head=head["position"])
            if after >= head["position"]:
                await view.advance_watermark(connection, generation, service, moment(head["recorded_until"]))

    async def _find_all(self, generation: int) -> None:
        """Every finding of every subject, from the beginning of the history."""
        checked = 0
        for kind in NODE_KINDS:
            async for refs in self._pages_of(generation, kind):
                checked += len(refs)
                async with self.database.write() as connection:
                    await view.touch(connection, generation, f"checking {kind}", checked)
                    await findings.refresh(connection, generation, refs, _LONG_AGO, clock.now())
                self._tell(generation, phase=f"checking {kind}", checked=checked)

    async def _count(self, generation: int) -> None:
        """What there was of what along the whole history, so that no moment is far from counts that are kept."""
        more = True
        while more:
            async with self.database.write() as connection:
                await view.touch(connection, generation, "counting")
                more = await tally.keep(connection, generation, newest=True)
            self._tell(generation, phase="counting")

    async def _pages_of(self, generation: int, kind: str) -> AsyncIterator[list[str]]:
        """The entities of a kind, in the order of their references: those begin with the kind."""
        of_kind = select(RECORD.c.ref).distinct().where(RECORD.c.generation == generation, RECORD.c.ref < f"{kind}0")
        after = f"{kind}/"
        while True:
            async with self.database.read() as connection:
                page = of_kind.where(RECORD.c.ref > after).order_by(RECORD.c.ref).limit(PAGE)
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
