"""Measures under load: how soon a write is on the topic and in the view, and what it costs the writing process.

From outside, a commit shows in the answer of the write. An answer that is late would flatter what comes after it, so it
stands in the table as well.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import TopicPartition

from bench import load
from bench.deployed.sides import Side
from bench.deployed.world import World
from bench.floors.projector import PARTITIONS
from bench.load import Sample

RATES = (50, 200)
_WARM_SECONDS = 2
Figures = dict[str, float]


async def latencies(side: Side, seconds: float) -> Figures:
    target = side.target()
    figures: Figures = {}
    await load.open_loop(target, RATES[0], _WARM_SECONDS)
    for rate in RATES:
        async with arrivals(side.world, side.topic) as arrived:
            samples = await load.open_loop(target, rate, seconds)
            figures |= _named(f"write answered {{}} ms at {rate}/s", [s.written - s.sent for s in samples])
            figures |= _named(f"commit to view {{}} ms at {rate}/s", [s.seen - s.written for s in samples])
            figures |= _named(f"commit to topic {{}} ms at {rate}/s", await on_topic(samples, arrived))
    target.close()
    return figures


def _named(name: str, seconds: list[float]) -> Figures:
    cuts = load.percentiles([1000 * took for took in seconds])
    return {name.format(cut): value for cut, value in cuts.items()}


async def on_topic(samples: Sequence[Sample], arrived: dict[str, float]) -> list[float]:
    """Seconds from each answer. A message may well be there before the answer is."""
    while not all(sample.id in arrived for sample in samples):
        await asyncio.sleep(0.01)
    return [max(arrived[sample.id] - sample.written, 0.0) for sample in samples]


@asynccontextmanager
async def arrivals(world: World, topic: str) -> AsyncIterator[dict[str, float]]:
    """When the message of each entity came to a consumer in this process."""
    arrived: dict[str, float] = {}

    async with world.client() as client:
        client.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        await client.seek_to_end()

        async def watch() -> None:
            while True:
                found = await client.getmany(timeout_ms=1000)
                now = time.perf_counter()
                keys = [record.key.decode() for records in found.values() for record in records]
                arrived.update({key.partition(":")[2]: now for key in keys})

        watching = asyncio.create_task(watch())
        try:
            yield arrived
        finally:
            watching.cancel()


async def cost(side: Side, seconds: float) -> Figures:
    """What writes cost with the work that follows from them in the same process."""
    target = side.target()
    before = side.writer.cpu()
    count = await load.closed_loop(target, seconds)
    await load.open_loop(target, 1, 0)  # until the last is in the view, so that all of the work is counted
    used = side.writer.cpu() - before
    target.close()
    return {"writes/s, 16 writers": count / seconds, "CPU ms/write, relay included": used / count * 1000}


async def bare_cost(side: Side, seconds: float) -> Figures:
    """Of writes by themselves, that nothing follows."""
    target = side.target()
    await load.closed_loop(target, min(seconds, _WARM_SECONDS))
    before = side.writer.cpu()
    count = await load.closed_loop(target, seconds)
    used = side.writer.cpu() - before
    target.close()
    return {"writes/s": count / seconds, "CPU ms/write": used / count * 1000}
