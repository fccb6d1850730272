"""The one writer of a generation. It goes on from the present in memory, and finds out with each batch that it writes
whether somebody else has written since: then it loads the present again."""

import asyncio
import contextlib
import gc
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.follow import projector
from services.alignment.follow.isolation import is_of_an_item
from services.alignment.follow.progress import Progress
from services.alignment.follow.survey import survey
from services.alignment.follow.work import Folded, Work
from services.alignment.judge import present
from services.alignment.judge.judging import Judge
from services.alignment.judge.known import Known
from services.alignment.judge.plan import Plan
from services.alignment.judge.settings import NONE, Settings
from services.alignment.view import generations, lease
from services.alignment.view.projection import Projected
from shared.storage.db import Database
from shared.storage.dialects import take_time

_AT_ONCE = timedelta(0)
_MANY = 2_000


class _Held(NamedTuple):
    """The memory of a generation, the number of the last batch that has been written and the newest instant that was
    judged with it, and by which settings it goes on; ``late`` where some came too late for what has been judged."""

    judge: Judge
    progress: Progress
    batch: int
    until: datetime | None
    settings: Settings
    late: bool


class Writer:
    """A finding that is resolved sooner than ``settle`` after it came up leaves no trace. ``exclusive`` is a
    process that is alone by a file lock: it takes the lease whoever held it. ``rules`` are the catalogue's as they are
    set, unless others are given. ``surveys`` says whether what is built is also asked what only a look at all of it can
    find."""

    def __init__(
        self,
        database: Database,
        settle: timedelta = _AT_ONCE,
        *,
        exclusive: bool | None = None,
        rules: Plan | None = None,
    ) -> None:
        self._database = database
        self._rules = rules
        self._known = Known()
        self.settle_after = settle
        self.surveys = False
        self._exclusive = database.is_sqlite if exclusive is None else exclusive
        self._me = str(uuid4())
        self._judging: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By generation; taken before the one of who writes."""
        self._writing = asyncio.Lock()
        self._resting = 0
        self._held: dict[int, _Held] = {}
        """By generation."""
        self._gone: defaultdict[int, list[Judge]] = defaultdict(list)
        """What is no longer in use, but for a batch that may still be judged by it; by generation."""

    async def leads(self, generation: int) -> bool:
        """Whether the lease is ours, or has just been taken or prolonged."""
        async with self._writing:
            async with self._database.write() as connection:
                leased = await lease.lease(connection, generation, self._me, exclusive=self._exclusive)
            held = self._held.get(generation)
            if leased and held and held.batch == leased.before:
                self._held[generation] = held._replace(batch=leased.batch)
        return leased is not None

    async def warm(self, generation: int) -> None:
        """Have the present of a generation in memory before anything waits for it."""
        async with self.transaction(generation):
            pass

    async def release(self) -> None:
        """Give the leases back, so that the next writer need not wait for their end."""
        for generation in list(self._held):
            with contextlib.suppress(Exception):
                async with self._database.write() as connection:
                    await lease.release(connection, generation, self._me)
            await self.leave(generation)

    async def leave(self, generation: int) -> None:
        """It is no longer written to: nothing of it stays in memory."""
        async with self._judging[generation], self._writing:
            self._forget(generation)
            await self._clear(generation)

    def _forget(self, generation: int) -> None:
        held = self._held.pop(generation, None)
        if held is not None:
            self._gone[generation].append(held.judge)

    async def _clear(self, generation: int) -> None:
        """Let go of what is no longer in use, while nobody judges."""
        while gone := self._gone[generation]:
            self._resting = 0
            await asyncio.shield(asyncio.to_thread(gone.pop().standing.clear))

    def next_due(self, generation: int) -> datetime | None:
        """When something turns by itself, as far as is known."""
        held = self._held.get(generation)
        return held.judge.standing.next_due if held else None

    def came_late(self, generation: int) -> bool:
        """Whether a rule was set for an instant that had been judged already: only a new generation gets that right."""
        held = self._held.get(generation)
        return held is not None and held.late

    def positions(self, generation: int) -> Mapping[str, int] | None:
        """Per service, the position up to which the view has everything, if it is in memory."""
        held = self._held.get(generation)
        return held.progress.positions if held else None

    async def write(self, generation: int, events: Sequence[Projected]) -> None:
        """Apply some events in a transaction of their own."""
        async with self.transaction(generation) as work:
            await projector.apply(work, events)

    async def settle(self, generation: int, until: datetime) -> None:
        """Judge what is due until an instant."""
        async with self.transaction(generation) as work:
            await projector.settle(work, until)

    async def survey(self, generation: int) -> None:
        """Ask the rules about the whole view."""
        async with self.transaction(generation) as work:
            await survey(work)

    def seen(self, generation: int) -> tuple[Mapping[str, int] | None, datetime | None]:
        """What tells whether anything has changed: how far the view has read, and until when it has been judged."""
        held = self._held.get(generation)
        return (held.progress.positions, held.judge.until) if held else (None, None)

    @asynccontextmanager
    async def transaction(self, generation: int, ahead: Sequence[Projected] = ()) -> AsyncIterator[Work]:
        """One transaction, which writes what is gathered in it in the end. Raises OffsetMoved where somebody else leads
        or the generation is no longer one to write to.

        Events that are given ``ahead`` are applied in it, and judged while the transaction before it still writes. If
        it fails, the memory is lost with it: what came after has been judged by then.
        """
        async with AsyncExitStack() as judging:
            await judging.enter_async_context(self._judging[generation])
            folded = await self._fold(generation, ahead)
            async with self._writing:
                try:
                    async with self._database.write() as connection:
                        held = await self._holding(connection, generation)
                        work = self._work(connection, generation, held)
                        if folded and folded.judge is held.judge:
                            work.take(folded, ahead)
                            await judging.aclose()
                        elif ahead:
                            folded = None
                            await projector.apply(work, ahead)
                        yield work
                        await work.write()
                except BaseException as error:
                    await self._take_back(generation, error, ahead=folded is not None)
                    raise
                if not folded:
                    held.judge.committed()
                self._let_rest(held.judge)
                if self._held.get(generation) is held:  # who judges the next one may have had to forget it
                    self._held[generation] = held._replace(progress=work.progress, batch=work.batch, until=work.until)

    async def _fold(self, generation: int, events: Sequence[Projected]) -> Folded | None:
        """Judge what can be judged before there is a transaction; nothing where that cannot be."""
        held = self._held.get(generation)
        if not held or not events:
            return None
        try:
            return await projector.fold(generation, held.judge, events)
        except BaseException as error:
            await self._take_back(generation, error)
            raise

    def _work(self, connection: AsyncConnection, generation: int, held: _Held) -> Work:
        settings = None if held.late else held.settings
        return Work(connection, generation, held.judge, held.progress, held.batch, held.until, settings)

    def _let_rest(self, judge: Judge) -> None:
        """What is in memory stays there as long as the process: to look through all of it for garbage, again and again
        as it grows, would hold up everything for most of a second."""
        size = len(judge.graph.nodes) + len(judge.graph.links)
        if size - self._resting > _MANY:
            self._resting = size
            gc.collect(1)
            gc.freeze()

    async def _holding(self, connection: AsyncConnection, generation: int) -> _Held:
        """The memory; loaded again where rules have been set since, which nothing has been judged by yet."""
        await self._clear(generation)
        settings = NONE if self._rules else await self._known.settings(connection, generation)
        held = self._held.get(generation)
        if held is not None and held.settings is not settings:
            self._forget(generation)
            await self._clear(generation)
            held = None
        return held or await self._load(connection, generation, settings)

    async def _load(self, connection: AsyncConnection, generation: int, settings: Settings) -> _Held:
        batch = await lease.hold(connection, generation, self._me, exclusive=self._exclusive)
        await take_time(connection)
        judge = await present.load(connection, generation, self.settle_after, self._rules or settings.plan)
        late = await generations.judged_with(connection, generation) != settings.mark(judge.until)
        progress = await Progress.load(connection, generation)
        held = self._held[generation] = _Held(judge, progress, batch, judge.until, settings, late)
        return held

    async def _take_back(self, generation: int, error: BaseException, *, ahead: bool = False) -> None:
        """What an item is to blame for is undone; of anything else nobody knows how far it went."""
        held = self._held.get(generation)
        if held is not None and not ahead and isinstance(error, Exception) and is_of_an_item(error):
            held.judge.roll_back()
            return
        self._forget(generation)
        if not ahead:
            await self._clear(generation)
