"""The engine of ``apply`` and ``import``: reads what is there, then writes what the source may write, and reports."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from shared.client import Client, NotFound, PreconditionFailed, Refused, Unauthorized
from shared.interchange import merge
from shared.interchange.records import Batch, Malformed, Record, Refusal

CONCURRENCY = 8

Fields = dict[str, tuple[Any, Any]]
Progress = Callable[[int, int], None]
"""Called with the number of records that are done, and of all."""


class Outcome(NamedTuple):
    """What became of one record; ``fields`` and ``kept`` are ``name: (there, source's)``."""

    record: Record
    action: Literal["created", "changed", "unchanged", "refused", "pruned"]
    fields: Fields = {}
    kept: Fields = {}
    reason: str = ""


@dataclass
class Report:
    """What became of everything that a source held."""

    read: int
    dry_run: bool
    unnamed: Counter[str]
    unmapped: Counter[str]
    double: Counter[str]
    refused: list[Refusal]
    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, action: str) -> int:
        return sum(outcome.action == action for outcome in self.outcomes)

    def add(self, outcomes: list[Outcome]) -> None:
        """What became of records, those that were refused told as refusals as well."""
        self.outcomes += outcomes
        self.refused += [
            Refusal(outcome.record.label, outcome.record.origin.type or outcome.record.kind.name, outcome.reason)
            for outcome in outcomes
            if outcome.action == "refused"
        ]

    @property
    def kept(self) -> list[tuple[Record, Fields]]:
        """Values that somebody else has changed since the source wrote them, and that therefore stay."""
        return [(outcome.record, outcome.kept) for outcome in self.outcomes if outcome.kept]

    @property
    def accounted(self) -> bool:
        """Whether each thing that was read was written, found as it is, or counted with a reason."""
        written = sum(map(self.count, ("created", "changed", "unchanged")))
        return self.read == written + self.unmapped.total() + self.double.total() + len(self.refused)


async def sync(client: Client, batch: Batch, *, dry_run: bool = False, progress: Progress | None = None) -> Report:
    """Bring a batch in, layer after layer. With ``dry_run`` everything is read and compared, and nothing written.

    A record that the server refuses is reported and the rest goes on; raises Unreachable and Unauthorized, which
    would meet every record alike. What was written until then stays: the next run finds it unchanged.
    """
    report = Report(batch.read, dry_run, batch.unnamed, batch.unmapped, batch.double, list(batch.refused))
    engine = _Engine(client, batch.known, dry_run, progress or _silent, sum(map(len, batch.layers)))
    for layer in batch.layers:
        report.add(await engine.layer(layer))
    return report


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass
class _Engine:
    client: Client
    known: Mapping[str, dict[str, Any] | None]
    dry_run: bool
    progress: Progress
    total: int
    done: int = 0

    async def layer(self, records: list[Record]) -> list[Outcome]:
        gate = asyncio.Semaphore(CONCURRENCY)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._guarded(gate, record)) for record in records]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _guarded(self, gate: asyncio.Semaphore, record: Record) -> Outcome:
        async with gate:
            outcome = await self._outcome(record)
        self.done += 1
        self.progress(self.done, self.total)
        return outcome

    async def _outcome(self, record: Record) -> Outcome:
        try:
            try:
                return await self._bring(record, await self._known(record))
            except PreconditionFailed:  # somebody was quicker: what they wrote counts
                return await self._bring(record, await self._read(record))
        except Unauthorized:
            raise
        except (Refused, Malformed) as error:
            return Outcome(record, "refused", reason=str(error))

    async def _known(self, record: Record) -> dict[str, Any] | None:
        """What is there, without asking again: a write carries the version it rests on, so a wrong guess is noticed.

        A dry run writes nothing that would notice, so it asks where nothing is expected.
        """
        if record.id in self.known and (self.known[record.id] or not self.dry_run):
            return self.known[record.id]
        return await self._read(record)

    async def _read(self, record: Record) -> dict[str, Any] | None:
        try:
            return await self.client.get(record.kind, record.id)
        except NotFound:
            return None

    async def _bring(self, record: Record, current: dict[str, Any] | None) -> Outcome:
        return await self._create(record) if current is None else await self._update(record, current)

    async def _create(self, record: Record) -> Outcome:
        if not self.dry_run:
            await self.client.put(record.kind, record.id, merge.body(record))
        return Outcome(record, "created", {name: (None, value) for name, value in record.members.items()})

    async def _update(self, record: Record, current: dict[str, Any]) -> Outcome:
        difference = merge.compare(record, current)
        if not difference.patch:
            return Outcome(record, "unchanged", kept=difference.kept)
        if not self.dry_run:
            await self.client.patch(record.kind, record.id, current["version"], difference.patch)
        return Outcome(record, "changed", difference.fields, difference.kept)
