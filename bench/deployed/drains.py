"""Measures of a backlog: how fast the relay sends it, the projector applies it, and the view is built from it."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bench.deployed.sides import Floor, Platform, Side
from bench.deployed.world import OURS, connect, ended
from bench.process import Process

_LOOK_SECONDS = 0.01
_ACTIVE = "select max(number) from generation where status = 'active'"
_OFFSETS = f'select coalesce(sum(next), 0)::bigint from "offset" where generation = ({_ACTIVE})'
_PLACES = "select coalesce(sum(next), 0)::bigint from place"


@dataclass(frozen=True)
class Drained:
    """Per second, and microseconds of the process for each."""

    rate: float
    cpu: float


async def until(count: Callable[[], Awaitable[int]], total: int) -> None:
    while await count() < total:
        await asyncio.sleep(_LOOK_SECONDS)


async def _drain(process: Process, count: Callable[[], Awaitable[int]], start: int, total: int) -> Drained:
    """From the first sign of work until all is done; what had been done by then does not count."""
    while (first := await count()) <= start:
        await asyncio.sleep(_LOOK_SECONDS)
    began, used = time.perf_counter(), process.cpu()
    await until(count, total)
    done = total - first
    return Drained(done / (time.perf_counter() - began), (process.cpu() - used) / done * 1e6)


async def relay(side: Side, rows: int, fill: Callable[[], Awaitable[None]]) -> Drained:
    """``fill`` puts the rows there; a write then wakes the relay."""
    target = side.target()
    async with side.world.client() as client:
        start = await ended(client, side.topic)
        await fill()
        await target.write()
        drained = await _drain(side.writer, lambda: ended(client, side.topic), start, start + rows + 1)
    target.close()
    return drained


async def platform_projector(platform: Platform) -> Drained:
    """Alignment was stopped while the relay sent; it starts, and reads on from where it was."""
    view = await connect(platform.databases.replace("{service}", "alignment"))
    start, total = await view.fetchval(_OFFSETS), await platform.world.count(OURS)
    process = platform.spawn("alignment")
    drained = await _drain(process, lambda: view.fetchval(_OFFSETS), start, total)
    process.wait_ready()
    await view.close()
    return drained


async def floor_projector(floor: Floor) -> Drained:
    """Of the platform's own events."""
    view = await connect(floor.view)
    total = await floor.world.count(OURS)
    process = floor.spawn_view(OURS)
    drained = await _drain(process, lambda: view.fetchval(_PLACES), 0, total)
    process.wait_ready()
    await view.close()
    return drained


async def platform_rebuild(platform: Platform) -> float:
    """Seconds from the request until the new generation answers."""
    client, view = platform.client("alignment"), await connect(platform.databases.replace("{service}", "alignment"))
    began, before = time.perf_counter(), await view.fetchval(_ACTIVE)
    (await client.post("/alignment/v1/rebuilds", {})).demand(202)
    while await view.fetchval(_ACTIVE) == before:
        await _check_building(view)
        await asyncio.sleep(_LOOK_SECONDS)
    took = time.perf_counter() - began
    client.close()
    await view.close()
    return took


async def _check_building(view: Any) -> None:
    """A build that was given up would never become the active one."""
    query = f"select status from generation where number > ({_ACTIVE}) order by number desc limit 1"
    if await view.fetchval(query) == "retired":
        raise RuntimeError("the rebuild was given up")


async def floor_rebuild(floor: Floor) -> float:
    arguments = ["-m", "bench.floors.rebuild", floor.view, floor.world.kafka, OURS]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return float(output)
