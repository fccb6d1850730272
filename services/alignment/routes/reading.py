"""How every view is read: wait if asked to, settle what valid time has changed, then look at one moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.known import Known
from services.alignment.models import GENERATION, PROGRESS
from services.alignment.queries import nodes
from services.alignment.queries.due import is_due
from services.alignment.queries.snapshot import Moment
from services.alignment.routes.parameters import OfNow
from services.alignment.view.waiting import Waiting
from shared import clock
from shared.config import Settings
from shared.contracts import KIND_OWNERS
from shared.contracts.events import EventId
from shared.contracts.members import did_you_mean
from shared.contracts.scalars import looks_like_an_id
from shared.errors import Gone, Invalid, NotFound, Unavailable
from shared.http import exchange
from shared.storage.db import Database

SCOPE = "alignment:read"
Make = Callable[[Moment], Awaitable[dict[str, Any]]]
_CLOCK_TRIES, _CLOCK_SECONDS = 20, 0.05
_LOOK_SECONDS, _FEW = 0.25, 10
"""How often each looks that waits; of many together no more often than of few."""
_ACTIVE = (
    select(GENERATION.c.number, GENERATION.c.settled_until, PROGRESS.c.service, PROGRESS.c.recorded_until)
    .join(PROGRESS, PROGRESS.c.generation == GENERATION.c.number)
    .where(GENERATION.c.status == "active")
)


class Reader:
    def __init__(self, settings: Settings, database: Database, waiting: Waiting) -> None:
        self.database = database
        self.waiting = waiting
        self.longest, self.most = settings.wait_seconds, settings.max_waiting
        self.grace = timedelta(minutes=settings.pending_minutes)
        self.settle = timedelta(seconds=settings.settle_seconds)
        self.known = Known()

    @asynccontextmanager
    async def moment(
        self,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
        *,
        settled: bool = False,
        apart: bool = False,
    ) -> AsyncIterator[Moment]:
        """The active generation as it is, or as it was recorded at a past moment.

        Findings rest on what is valid now: ``settled`` waits a little for the writer's clock where something began or
        ceased to be since it last judged, and else says that the answer is provisional. Raises Unavailable before the
        first build has ended. At a valid time of its own what is found rests on no clock; ``apart`` looks at any like
        that, so that something can be supposed.
        """
        now = clock.now()
        known = min(as_of or now, now)  # what is still to be recorded is not known
        turned = apart or (valid_at is not None and valid_at != known)
        settled = settled and not turned
        tries = _CLOCK_TRIES if settled else 0
        while True:
            async with self.database.read() as connection:
                active = await _active(connection)
                recorded = await self.known.settings(connection, active.generation)
                behind = settled and (
                    bool(recorded.between(active.settled_until, now))
                    or await is_due(connection, active.generation, active.settled_until, now)
                )
                if not behind or not tries:
                    yield Moment(
                        connection,
                        active.generation,
                        as_of,
                        valid_at or known,
                        active.marks,
                        behind,
                        self.settle,
                        min(active.settled_until, as_of or active.settled_until) if turned else None,
                        known,
                        settings=recorded,
                    )
                    return
            tries -= 1
            await asyncio.sleep(_CLOCK_SECONDS)

    async def answer(self, asked: OfNow, make: Make, *, settled: bool = False, apart: bool = False) -> Response:
        """What is made of the moment that was asked about, with how far the view is; waits first if asked to."""
        caught = await self._waited(asked.request, asked.wait_for)
        async with self.moment(asked.as_of, asked.valid_at, settled=settled, apart=apart) as now:
            return exchange.answer(await make(now) | nodes.frame(now) | caught)

    async def _waited(self, request: Request, wait_for: str | None) -> dict[str, Any]:
        """Check the caller, then wait for an event if there is one to wait for; says whether it came."""
        exchange.caller(request, SCOPE)
        return {} if wait_for is None else {"caught_up": await self._wait(EventId.parse(wait_for))}

    async def _wait(self, event: EventId) -> bool:
        """Woken when this process applies it; looks by itself as well, since another replica may have done so.

        Raises Unavailable where too many wait already: each of them asks the database again and again.
        """
        ref, wanted = f"{event.kind}/{event.id}", (event.epoch, event.version)
        deadline = asyncio.get_running_loop().time() + self.longest
        if self.waiting.has_applied(ref, wanted):
            return True
        if self.waiting.number >= self.most:
            detail = "Too many requests wait for the view already: ask again without wait_for, or a little later."
            raise Unavailable(detail, headers={"Retry-After": "1"})
        with self.waiting.watching(ref) as applied:
            while not self.waiting.has_applied(ref, wanted):
                async with self.database.read() as connection:
                    if await nodes.holds(connection, event):
                        return True
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, _LOOK_SECONDS * max(1, self.waiting.number / _FEW))):
                        await applied.wait()
                applied.clear()
        return True


@dataclass(frozen=True)
class _Active:
    generation: int
    settled_until: datetime
    marks: dict[str, datetime]


async def _active(connection: AsyncConnection) -> _Active:
    # the watermarks before what they cover: on PostgreSQL each statement sees what was committed until then
    rows = (await connection.execute(_ACTIVE)).all()
    if not rows:
        raise Unavailable("The view is being built.", headers={"Retry-After": "2"})
    marks = {row.service: row.recorded_until for row in rows}
    return _Active(rows[0].number, rows[0].settled_until, marks)


def about(ref: str, make: Callable[[Moment, Any], Awaitable[dict[str, Any]]]) -> Make:
    """What is made of the row of one node, by ``kind/id`` or ``kind/key``."""

    async def made(now: Moment) -> dict[str, Any]:
        return await make(now, await existing(now, ref))

    return made


async def existing(now: Moment, ref: str) -> Any:
    """The row of a node by ``kind/id`` or ``kind/key``; raises NotFound, or Gone with what it last was."""
    kind, _, id = ref.partition("/")
    row = await (nodes.node(now, ref) if looks_like_an_id(id) else nodes.by_key(now, kind, id))
    if row is None:
        if now.past:
            raise NotFound(f"There was no {kind} with this id or key at that moment.")
        raise NotFound(f"The view knows no {kind} with this id or key; what was just written comes with wait_for.")
    if row.deleted:
        raise Gone("It was deleted.", last=nodes.brief(now, row))
    return row


async def meant(now: Moment, parameter: str, ref: str) -> str:
    """``kind/id`` for a ``kind/id`` or ``kind/key`` of a parameter; what only an id names need not be known. Raises
    Invalid."""
    kind, _, id = ref.partition("/")
    if kind not in KIND_OWNERS or not id:
        detail = f"Must be kind/key or kind/id, such as service/claims{did_you_mean(kind, KIND_OWNERS)}"
        raise Invalid.at(f"?{parameter}", "unknown-value", detail)
    if looks_like_an_id(id):
        return ref
    row = await nodes.by_key(now, kind, id)
    if row is None:
        raise Invalid.at(f"?{parameter}", "unknown-value", f"There is no {kind} with this key.")
    found: str = row.ref
    return found
