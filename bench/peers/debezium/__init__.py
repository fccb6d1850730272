"""Debezium's outbox event router, which one would take to carry changes to a broker, beside the platform's relay.

The same two servers, the same requests, the same consumer, one after the other. Debezium follows the floor's writer,
which makes two inserts in a transaction and does nothing else. It comes as it is, and looking every 10 ms.
"""

import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import uvloop

from bench import load
from bench.deployed import bulk, serving
from bench.deployed.bulk import Change
from bench.deployed.drains import until
from bench.deployed.sides import Floor, Platform, Side
from bench.deployed.world import FLOOR, World, connect, ended, world
from bench.peers.debezium.connector import Connector, jars
from bench.peers.run import Run
from bench.process import Process
from bench.table import Round
from tests.backends.server import Missing

TITLE = "Debezium: from the outbox to the topic"
_POLLS = {"Debezium": None, "Debezium at 10 ms": 10}
_RATE = 100
_WARM_SECONDS = 5  # a Java machine compiles what it runs
Figures = dict[str, float]


def measure(run: Run) -> list[Round]:
    jars()
    with world() as there:
        return [uvloop.run(_round(there, run)) for _ in range(run.rounds)]


async def _round(there: World, run: Run) -> Round:
    await _check_logical(there)
    with tempfile.TemporaryDirectory() as folder:
        ours, rows = await _platform(there, Path(folder), run)
        theirs = {
            name: await _debezium(there, Path(folder, name), poll, rows, run.seconds) for name, poll in _POLLS.items()
        }
    return {
        f"{name} ({peer})": pair for peer, figures in theirs.items() for name, pair in _paired(ours, figures).items()
    }


def _paired(ours: Figures, theirs: Figures) -> Round:
    crossed = (ours["commit to topic p99 ms"], theirs["commit to topic p50 ms"])
    return {"commit to topic, p99 beside p50 ms": crossed} | {name: (ours[name], theirs[name]) for name in ours}


async def _check_logical(there: World) -> None:
    connection = await connect(there.postgres.format(database="postgres"))
    level = await connection.fetchval("show wal_level")
    await connection.close()
    if level != "logical":
        raise Missing(f"PostgreSQL runs with wal_level {level}, and changes can only be captured with logical")


async def _platform(there: World, home: Path, run: Run) -> tuple[Figures, list[Change]]:
    await there.empty_topics()
    async with there.databases() as databases:
        with Platform(home, there, databases) as platform:
            service = platform.spawn("strategy").wait_ready()
            rows = [*bulk.changes(await bulk.templates(platform), run.links)]
            owner = await connect(databases.replace("{service}", "strategy"))
            fill = partial(bulk.into_platform, owner, rows)
            figures = await _carried(platform, service, run.seconds, len(rows), fill)
            await owner.close()
    return figures, rows


async def _debezium(there: World, home: Path, poll: int | None, rows: list[Change], seconds: float) -> Figures:
    await there.empty_topics()
    async with there.databases() as databases:
        with Floor(home.parent, there, databases) as floor:
            await floor.create_tables()
            floor.spawn_writer(relay=False).wait_ready()
            connector = Connector(home, floor.owner, there.kafka, FLOOR, poll)
            floor.add("connector", connector)
            connector.wait_running()
            owner = await connect(floor.owner)
            fill = partial(bulk.into_floor, owner, rows)
            figures = await _carried(floor, connector, seconds, len(rows), fill)
            await owner.close()
    return figures


async def _carried(
    side: Side, relay: Process, seconds: float, rows: int, fill: Callable[[], Awaitable[None]]
) -> Figures:
    """``relay`` is the process that does it; ``fill`` puts many rows there at once."""
    figures = {"start s": relay.started_in}
    figures |= await _latencies(side, seconds)
    figures["burst events/s"] = await _burst(side, rows, fill)
    return figures | {"resident MiB": relay.resident()}


async def _latencies(side: Side, seconds: float) -> Figures:
    target = side.target()
    for length in (_WARM_SECONDS, seconds):
        async with serving.arrivals(side.world, side.topic) as arrived:
            samples = await load.writes(target, _RATE, length)
            took = await serving.on_topic(samples, arrived)
    target.close()
    cuts = load.percentiles([1000 * each for each in took])
    return {f"commit to topic {cut} ms": value for cut, value in cuts.items()}


async def _burst(side: Side, rows: int, fill: Callable[[], Awaitable[None]]) -> float:
    """Per second, from the commit of them all until the last is on the topic; a write wakes who does not look."""
    target = side.target()
    async with side.world.client() as client:
        total = await ended(client, side.topic) + rows + 1
        await fill()
        began = time.perf_counter()
        await target.write()
        await until(lambda: ended(client, side.topic), total)
        took = time.perf_counter() - began
    target.close()
    return rows / took
