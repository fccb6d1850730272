"""What the bus does not bring: where an owner is further than the view, what lies between is fetched from it."""

from sqlalchemy import bindparam, func, select

from services.alignment.follow import changes, trust
from services.alignment.follow.changes import PAGE, Changes
from services.alignment.follow.intake import Heal, Intake
from services.alignment.follow.trust import Head
from services.alignment.models import AHEAD, PROGRESS
from services.alignment.view import generations
from shared import clock
from shared.storage.db import Database

_PAGES_AT_ONCE = 20
_WHOSE = (PROGRESS.c.generation == bindparam("at")) & (PROGRESS.c.service == bindparam("of"))
_FIRST_AHEAD = (
    select(func.min(AHEAD.c.position))
    .where(AHEAD.c.generation == PROGRESS.c.generation, AHEAD.c.service == PROGRESS.c.service)
    .scalar_subquery()
)
_GAP = select(PROGRESS.c.position, _FIRST_AHEAD).where(_WHOSE)


class Gaps:
    """One look at an owner only notes a gap, since the bus may be about to close it."""

    def __init__(self, database: Database, owners: Changes, intake: Intake, heal: Heal) -> None:
        self._database = database
        self._owners = owners
        self._intake = intake
        self._heal = heal
        self._seen: dict[str, int] = {}

    async def catch_up(self, generation: int, service: str) -> None:
        """Move the watermark; fetch what is missing if it was missing the last time as well."""
        position, _ = await self.gap(generation, service)
        page = await changes.fetch(self._owners, service, position, 1)
        if page.head.position < position:
            await self._heal(service, f"its head is {page.head.position}, the view has {position}")
        elif page.events:
            stuck = self._seen.get(service) == position
            self._seen[service] = position
            if stuck:
                await self._fill(generation, service)
        else:
            self._seen.pop(service, None)
            await self._advance_watermark(generation, service, page.head)

    async def _fill(self, generation: int, service: str) -> None:
        """Fetch what is missing and no more: what lies beyond a hole has arrived, or the bus is bringing it."""
        head = None
        for _ in range(_PAGES_AT_ONCE):
            position, size = await self.gap(generation, service)
            if head is not None and position >= head:
                return
            page = await changes.fetch(self._owners, service, position, size)
            if not page.events:
                return
            await self._intake.write(generation, [(page, event) for event in page.events], page.dead)
            head = page.head.position

    async def gap(self, generation: int, service: str) -> tuple[int, int]:
        """The position up to which nothing is missing, and how many are known to be missing after it, a page at most"""
        async with self._database.read() as connection:
            position, ahead = (await connection.execute(_GAP, {"at": generation, "of": service})).one()
        return position, PAGE if ahead is None else min(PAGE, ahead - position - 1)

    async def _advance_watermark(self, generation: int, service: str, head: Head) -> None:
        if trust.is_past(head.recorded_until, clock.now()):
            async with self._database.write() as connection:
                await generations.advance_watermark(connection, generation, service, head.recorded_until)
