"""What a leader has yet to publish, for the gauges: counted once per sweep at most, and aged whenever somebody asks."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.contracts.events import Fact
from shared.telemetry.metrics import OLDEST_UNPUBLISHED, UNPUBLISHED


class Backlog:
    """``leads`` says whether this process is the one to ask: a replica that is not must not tell what it once saw."""

    def __init__(self, service: str, changes: Table, leads: Callable[[], bool], sweep: float) -> None:
        self._leads = leads
        self._sweep = sweep
        self._due = 0.0
        self._rows: int | None = None
        self._oldest: datetime | None = None
        waiting = changes.c.published_at.is_(None)
        count = select(func.count()).select_from(changes).where(waiting).scalar_subquery()
        oldest = select(changes.c.recorded_at).where(waiting, changes.c.position.is_not(None))
        self._query = select(count, oldest.order_by(changes.c.position).limit(1).scalar_subquery())
        UNPUBLISHED.watch(self._count, service)
        OLDEST_UNPUBLISHED.watch(self._age, service)

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._due

    async def look(self, connection: AsyncConnection) -> None:
        """Count what waits, sequenced or not."""
        self._due = time.monotonic() + self._sweep
        self._rows, self._oldest = (await connection.execute(self._query)).one()

    def saw(self, facts: Sequence[Fact]) -> None:
        """These are all that wait, which whoever reads the last of them knows without counting."""
        self._rows = len(facts)
        self._oldest = facts[0].recorded_at if facts else None

    def forget(self) -> None:
        """Somebody else leads, and knows better."""
        self._rows = self._oldest = None
        self._due = 0.0

    def _count(self) -> float | None:
        return self._rows if self._leads() else None

    def _age(self) -> float | None:
        if self._rows is None or not self._leads():
            return None
        return max(0.0, (clock.now() - self._oldest).total_seconds()) if self._oldest else 0.0
