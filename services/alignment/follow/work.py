"""What one transaction of the writer changes: gathered, and written in the end in as few statements as can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.follow.progress import Progress
from services.alignment.judge.judging import Judge
from services.alignment.judge.settings import Settings
from services.alignment.models import GENERATION
from services.alignment.view.generations import OffsetMoved
from services.alignment.view.projection import Projected
from shared.storage import bulk_writer
from shared.storage.bulk_writer import Operation, Update


@dataclass(frozen=True)
class Folded:
    """What a batch means by a judge that has gone on with it already, and the newest instant that it has judged."""

    judge: Judge
    operations: Sequence[Operation]
    until: datetime | None


class Work:
    """``batch`` is the number of the last one that is in the memory of the ``judge``: what is written is counted
    first, and only if nobody else has written since. ``written_until`` is the newest instant that had been judged with
    it. ``settings`` are those that it judges by, where the generation is to say so: it does not once one came too late
    for it."""

    def __init__(
        self,
        connection: AsyncConnection,
        generation: int,
        judge: Judge,
        progress: Progress,
        batch: int,
        written_until: datetime | None,
        settings: Settings | None,
    ) -> None:
        self.connection = connection
        self.generation = generation
        self.judge = judge
        self.progress = progress
        self.batch = batch
        self._settings = settings
        self._gathered: list[Operation] = []
        self._counted = False
        self._written_until = written_until
        self._folded: Folded | None = None

    @property
    def until(self) -> datetime | None:
        """The newest instant that has been judged with what is in it."""
        return self._folded.until if self._folded else self.judge.until

    def take(self, folded: Folded, events: Sequence[Projected]) -> None:
        """What has been judged before there was a transaction for it."""
        self._folded = folded
        self.add(*folded.operations)
        self.advance(events)

    def add(self, *operations: Operation) -> None:
        self._gathered += operations

    def advance(self, events: Sequence[Projected]) -> None:
        """Move each service's progress over the positions that are there now without a gap."""
        self.progress, operations = self.progress.with_(self.generation, events)
        self.add(*operations)

    async def write(self) -> None:
        """What has been gathered; raises OffsetMoved if somebody else has written, or reads what we have read."""
        gathered = [each for each in self._gathered if each.rows]
        self._gathered.clear()
        if not gathered and self.until == self._written_until:
            return
        try:
            await bulk_writer.write(self.connection, [*self._count(), *gathered])
        except bulk_writer.Missed:
            raise OffsetMoved from None

    def _count(self) -> list[Operation]:
        until = self.until
        values: dict[str, Any] = {}
        if until is not None and until != self._written_until:
            values = {"settled_until": until}
            if self._settings and (self._written_until is None or self._settings.between(self._written_until, until)):
                values["settings"] = self._settings.mark(until)
        self._written_until = until
        if self._counted:
            row = (self.generation, *values.values())
            return [Update(GENERATION, ("number",), tuple(values), [row])] if values else []
        self._counted, self.batch = True, self.batch + 1
        row = (self.generation, self.batch - 1, self.batch, *values.values())
        return [Update(GENERATION, ("number", "batch"), ("batch", *values), [row], must=True)]
