"""Builds a new generation of the view from the owners' changes, beside the one that answers, and switches to it."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from sqlalchemy import select

from services.alignment import findings, projector, tally, view
from services.alignment.models import EDGE, FINDING, RECORD
from services.alignment.projection import Poison, Projected, moment, read
from shared import clock
from shared.bus import Bus
from shared.contracts import OWNERS
from shared.contracts.events import EventId, topic
from shared.db import Database
from shared.dialects import refresh_statistics
from shared.telemetry import log

TOPICS = [topic(service) for service in OWNERS]
PAGE = 1000
_LONG_AGO = clock.FOREVER.replace(year=1)


class Changes(Protocol):
    """An owner's ``/changes``."""

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]: ...


def read_page(service: str, page: Mapping[str, Any]) -> tuple[list[Projected], list[view.DeadLetter]]:
    """The events of a page of an owner's changes; one that cannot be read is kept, and counts as arrived."""
    events, dead = [], []
    for item in page["items"]:
        raw = orjson.dumps(item)
        try:
            events.append(read(raw))
        except Poison as error:
            dead.append(view.DeadLetter(f"{service}/changes/{item['position']}", raw, str(error)))
            at = moment(item["time"]) or clock.now()
            events.append(Projected(EventId("link", "", 0, 0), service, item["position"], at, None, ()))
    return events, dead


class Rebuild:
    def __init__(self, database: Database, bus: Bus, owners: Changes) -> None:
        self.database = database
        self.bus = bus
        self.owners = owners

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
        async with self.database.write() as connection:
            await view.sweep(connection)
        log.info("view rebuilt", generation=generation)

    async def _fill(self, generation: int) -> None:
        await self.bus.ensure(TOPICS)
        ends, log_id = await self.bus.ends(TOPICS), await self.bus.identity()
        for service in OWNERS:
            await self._replay(generation, service)
        await self._find_all(generation)
        async with self.database.write() as connection:
            await refresh_statistics(connection, (RECORD, EDGE, FINDING))
            await tally.keep(connection, generation)
            await view.switch(connection, generation, ends, log_id)

    async def _replay(self, generation: int, service: str) -> None:
        after = 0
        while True:
            page = await self.owners.changes(service, after, PAGE)
            events, dead = read_page(service, page)
            async with self.database.write() as connection:
                await view.touch(connection, generation)
                await projector.store(connection, generation, events)
                await view.bury(connection, dead)
                after, head = page["next_after"], page["head"]
                if after >= head["position"]:
                    await view.advance_watermark(connection, generation, service, moment(head["recorded_until"]))
                    return

    async def _find_all(self, generation: int) -> None:
        """Every finding of every subject, from the beginning of the history."""
        mine = select(RECORD.c.ref).distinct().where(RECORD.c.generation == generation, RECORD.c.kind != "link")
        after = ""
        while True:
            async with self.database.write() as connection:
                await view.touch(connection, generation)
                page = mine.where(RECORD.c.ref > after).order_by(RECORD.c.ref).limit(PAGE)
                refs = list((await connection.execute(page)).scalars())
                if not refs:
                    return
                await findings.refresh(connection, generation, refs, _LONG_AGO, clock.now())
            after = refs[-1]
