"""The one way into the view: rows of the owners' changes, whether the bus has led to them or a hole has."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from services.alignment.follow import changes, confirming, projector, trust
from services.alignment.follow.changes import Changes, Page
from services.alignment.follow.isolation import is_of_an_item, isolated
from services.alignment.follow.merging import merged
from services.alignment.follow.trust import Claim
from services.alignment.follow.writer import Writer
from services.alignment.view import dead_letters, generations
from services.alignment.view.dead_letters import DeadLetter
from services.alignment.view.planner import Growth, look_again
from services.alignment.view.projection import Projected
from shared import clock
from shared.bus import Batch
from shared.client import ClientError
from shared.storage.db import Database
from shared.telemetry import log

Row = tuple[Page, Projected]
"""A row of an owner, with the page that brought it."""
Heal = Callable[[str, str], Awaitable[None]]
Announce = Callable[[Sequence[Projected], Sequence[DeadLetter], int], None]


class Intake:
    """``heal`` is called with a service and a reason when the view is not what that owner says; ``announce`` with what
    has been written, and since when that was worked on."""

    def __init__(self, database: Database, writer: Writer, owners: Changes, heal: Heal, announce: Announce) -> None:
        self._database = database
        self._writer = writer
        self._owners = owners
        self._heal = heal
        self._announce = announce
        self._growth = Growth()

    async def take(self, generation: int, batches: Sequence[Batch], log_id: str) -> None:
        """What the bus brings. Raises OffsetMoved if somebody else has read it."""
        found, dead = confirming.claims(batches, log_id)
        reached = self._writer.positions(generation)
        if reached is None:
            async with self._database.read() as connection:
                reached = await confirming.positions(connection, generation)
        letters: dict[str, DeadLetter] = {}
        streams = {}
        for service, mine in found.items():
            behind = [claim for claim in mine if claim.position <= reached[service]]
            before = [claim for claim in mine if claim.position > reached[service]]
            dead += await self._compared(generation, service, behind)
            if before:
                streams[service] = self._ahead(service, reached[service], before, letters)
        rows: list[Row] = []
        async for made in merged(streams):
            if rows:
                await self.write(generation, rows)
            rows = made.rows
            dead += [letter for page in made.pages for letter in page.dead]
        await self.write(generation, rows, [*dead, *letters.values()], batches, log_id)

    async def _ahead(
        self, service: str, position: int, found: Sequence[Claim], letters: dict[str, DeadLetter]
    ) -> AsyncGenerator[Page]:
        """The owner's rows up to the newest of these events; those that it does not confirm become ``letters``."""
        try:
            async with aclosing(confirming.ahead(self._owners, service, position, found)) as pages:
                async for page, refused in pages:
                    letters |= {letter.source: letter for letter in refused}
                    yield page
        except ClientError as error:
            # its rows are fetched once it answers
            log.warning("events wait for their owner", service=service, reason=str(error))

    async def _compared(self, generation: int, service: str, found: Sequence[Claim]) -> list[DeadLetter]:
        """What came again or late is as the view has it, or else the owner decides: between this event and our view."""
        async with self._database.read() as connection:
            strange = await confirming.differing(connection, generation, found)
            strange = [c for c in strange if not await confirming.is_buried(connection, service, c.position)]
        dead = []
        for number, claim in enumerate(strange):
            try:
                if number < confirming.QUESTIONS and await confirming.decided(self._owners, service, claim):
                    await self._heal(service, f"the owner has {claim.event.event}, the view has not")
                    continue
            except ClientError as error:
                log.warning("the owner cannot decide", service=service, reason=str(error))
            dead.append(confirming.buried(claim, trust.OTHER_CONTENT))
        return dead

    async def write(
        self,
        generation: int,
        rows: Sequence[Row],
        dead: Sequence[DeadLetter] = (),
        batches: Sequence[Batch] = (),
        log_id: str = "",
    ) -> None:
        """What some rows mean, what could not be read, and how far the bus is read, in one transaction; if a row makes
        that fail, the others are written before, and in the end a letter in its stead."""
        began = clock.nanoseconds()
        events, letters = [event for _, event in rows], list(dead)
        try:
            await self._commit(generation, events, letters, batches, log_id)
        except Exception as error:
            if not is_of_an_item(error):
                raise
            bad = await isolated(rows, lambda some: self._commit(generation, [event for _, event in some]))
            letters += [changes.buried(page, event, error) for (page, event), error in bad]
            unread = [changes.unread(event.service, event.position) for (_, event), _ in bad]
            await self._commit(generation, unread, letters, batches, log_id)
        self._announce(events, letters, began)

    async def _commit(
        self,
        generation: int,
        events: Sequence[Projected],
        letters: Sequence[DeadLetter] = (),
        batches: Sequence[Batch] = (),
        log_id: str = "",
    ) -> None:
        async with self._writer.transaction(generation) as work:
            work.add(generations.moved(generation, batches, log_id))
            await projector.apply(work, events)
            await dead_letters.bury(work.connection, letters)
            if self._growth.is_due(len(events)):
                await work.write()
                await look_again(work.connection)
