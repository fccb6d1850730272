"""How both sides are driven: the same requests, at the same times."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, TypeVar
from uuid import uuid4

from bench.client import Answer, Client

_T = TypeVar("_T")

WRITERS = 16
_BUSY_SECONDS = 0.1


@dataclass(frozen=True)
class Target:
    """Where to write, and the path that answers once the view has what was written."""

    writer: Client
    path: str
    reader: Client
    seen: Callable[[Answer], str]

    async def write(self) -> Answer:
        """A server that is too busy to take it is asked again."""
        body = {"name": f"Tactic {uuid4()}", "description": "x" * 200}
        while (answer := await self.writer.post(self.path, body)).status == 503:
            await asyncio.sleep(_BUSY_SECONDS)
        return answer.demand(201)

    async def read(self, written: Answer) -> Answer:
        """Some time is the longest that a server lets wait; then it is asked again."""
        path = self.seen(written)
        while (answer := await self.reader.get(path)).status in (404, 503):
            await asyncio.sleep(_BUSY_SECONDS)
        return answer.demand(200)

    def close(self) -> None:
        self.writer.close()
        self.reader.close()


@dataclass(frozen=True)
class Sample:
    """One write: when it was sent, and when it was answered."""

    id: str
    sent: float
    written: float


@dataclass(frozen=True)
class Seen(Sample):
    """And when the view answered with it."""

    seen: float


async def open_loop(target: Target, rate: int, seconds: float) -> list[Seen]:
    """Writes that are looked for in the view."""
    return await _paced(lambda: _seen(target), rate, seconds)


async def writes(target: Target, rate: int, seconds: float) -> list[Sample]:
    """Writes alone."""
    return await _paced(lambda: _written(target), rate, seconds)


async def _paced(once: Callable[[], Coroutine[Any, Any, _T]], rate: int, seconds: float) -> list[_T]:
    """Each is sent at its time, however long others take, so that a slow server is not spared."""
    await once()
    started = time.perf_counter()
    tasks = []
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + n / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(once()))
    return await asyncio.gather(*tasks)


async def _written(target: Target) -> Sample:
    sent = time.perf_counter()
    answer = await target.write()
    return Sample(answer.id, sent, time.perf_counter())


async def _seen(target: Target) -> Seen:
    sent = time.perf_counter()
    answer = await target.write()
    written = time.perf_counter()
    await target.read(answer)
    return Seen(answer.id, sent, written, time.perf_counter())


async def closed_loop(target: Target, seconds: float) -> int:
    """Several writers, each with its next write as soon as the last is answered; gives how many they made."""
    count = 0
    end = time.perf_counter() + seconds

    async def writer() -> None:
        nonlocal count
        while time.perf_counter() < end:
            await target.write()
            count += 1

    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    return count


async def reads(client: Client, paths: list[str]) -> list[float]:
    """Milliseconds of each of these reads, one after the other."""
    took = []
    for path in paths:
        began = time.perf_counter()
        (await client.get(path)).demand(200)
        took.append((time.perf_counter() - began) * 1000)
    return took


def percentiles(milliseconds: list[float]) -> dict[str, float]:
    cuts = quantiles(milliseconds, n=100)
    return {"p50": median(milliseconds), "p99": cuts[98]}
