"""FastStream, which one would take to write a consumer with: its loop beside ours, without a database.

Both read the same events of the made-up organisation from the same topic and make typed things of them. What ours makes
are the rows of a view, checked; FastStream's handler gets a Pydantic model of the members that matter. The first batch,
with which a consumer joins its group, does not count.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import uuid4

import orjson
import uvloop
from faststream.kafka import KafkaBroker
from pydantic import BaseModel

from bench.floors.projector import BATCH
from bench.organisation import Organisation
from bench.peers.run import Run
from bench.table import Round
from services.alignment.view.projection import read
from shared.bus import Message, Partition, open_bus
from shared.contracts import OWNERS
from shared.contracts.events import topic
from tests import backends

TITLE = "FastStream: a consumer without a database"
_TOPIC = topic("strategy")
_PUBLISHED_AT_ONCE = 500
_WAIT = 1.0
_LINKS = 8000
_LONGEST_SECONDS = 300
_SESSION_SECONDS = 60
"""A handler that is called for each message leaves no time for heartbeats while there are more of them."""


class End(BaseModel):
    kind: str
    id: str


class State(BaseModel):
    kind: str
    id: str
    version: int
    state: str
    key: str | None = None
    name: str | None = None
    type: str | None = None
    source: End | None = None
    target: End | None = None


class Data(BaseModel):
    state: State


class Event(BaseModel):
    id: str
    source: str
    time: str
    position: int
    data: Data


class Meter:
    """Counts what comes after the first batch, until all is there."""

    def __init__(self, total: int) -> None:
        self.total, self.seen, self.first = total, 0, 0
        self.all = asyncio.Event()
        self._began = self._used = self._took = 0.0

    def add(self, count: int) -> None:
        self.seen += count
        if not self.first:
            self.first, self._began, self._used = count, time.perf_counter(), time.process_time()
        if self.seen >= self.total:
            self._took, self._used = time.perf_counter() - self._began, time.process_time() - self._used
            self.all.set()

    @property
    def rate(self) -> float:
        return (self.seen - self.first) / self._took

    @property
    def cpu(self) -> float:
        """Microseconds of processor time for each."""
        return self._used / (self.seen - self.first) * 1e6


Loop = Callable[[str, Meter], Awaitable[None]]


def measure(run: Run) -> list[Round]:
    with backends.kafka() as url:
        total = asyncio.run(_publish(url))
        return [_round(url, total) for _ in range(run.rounds)]


def _round(url: str, total: int) -> Round:
    ours, *theirs = (uvloop.run(_metered(loop, url, total)) for loop in (_ours, _batches, _one_by_one))
    named = dict(zip(("batches", "one by one"), theirs, strict=True))
    rates = {f"consumed events/s (FastStream, {name})": (ours.rate, meter.rate) for name, meter in named.items()}
    return rates | {f"CPU us/event (FastStream, {name})": (ours.cpu, meter.cpu) for name, meter in named.items()}


async def _metered(loop: Loop, url: str, total: int) -> Meter:
    meter = Meter(total)
    async with asyncio.timeout(_LONGEST_SECONDS):
        await loop(url, meter)
    return meter


async def _publish(url: str) -> int:
    """All that the owners of an organisation have to tell, in one topic."""
    organisation, bus = Organisation(_LINKS), open_bus(url)
    await bus.ensure([_TOPIC])
    told = chain.from_iterable(map(organisation.events, OWNERS))
    messages = [Message(event["subject"], orjson.dumps(event)) for event in told]
    for start in range(0, len(messages), _PUBLISHED_AT_ONCE):
        await bus.publish(_TOPIC, messages[start : start + _PUBLISHED_AT_ONCE])
    await bus.close()
    return len(messages)


async def _ours(url: str, meter: Meter) -> None:
    """As alignment follows its topics, up to where the database would be."""
    bus = open_bus(url)
    consumer = await bus.consumer(uuid4().hex, [_TOPIC], _from_the_beginning)
    while not meter.all.is_set():
        batches = await consumer.fetch(BATCH, _WAIT)
        events = [read(entry.value) for batch in batches for entry in batch.entries]
        if events:
            await consumer.done(batches)
            meter.add(len(events))
    await consumer.close()
    await bus.close()


async def _from_the_beginning(_: Sequence[Partition]) -> Mapping[Partition, int]:
    return {}


async def _batches(url: str, meter: Meter) -> None:
    async def handle(events: list[Event]) -> None:
        meter.add(len(events))

    await _handled(url, meter, handle, batch=True, max_records=BATCH)


async def _one_by_one(url: str, meter: Meter) -> None:
    async def handle(event: Event) -> None:  # noqa: ARG001  FastStream reads the type of its parameter
        meter.add(1)

    await _handled(url, meter, handle)


async def _handled(url: str, meter: Meter, handle: Callable[..., Awaitable[None]], **options: Any) -> None:
    broker = KafkaBroker(url.removeprefix("kafka://"), logger=None)
    options |= {"group_id": uuid4().hex, "session_timeout_ms": _SESSION_SECONDS * 1000}
    broker.subscriber(_TOPIC, auto_offset_reset="earliest", **options)(handle)
    await broker.start()
    await meter.all.wait()
    await broker.stop()
