"""Backstage's catalog backend, where one would otherwise keep who depends on what, beside the platform.

The same services with their owners, capabilities and dependencies, on the same PostgreSQL server, one after the other.
Ours come in by ``POST /bulk`` to their owners, with all rules, and go through the broker into the view; Backstage gets
them at once from an entity provider in its own process, and processes and stitches them.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

import uvloop

from bench import load
from bench.deployed.sides import Platform
from bench.deployed.world import World, world
from bench.peers.backstage.catalog import Catalog, drop_databases, packages
from bench.peers.backstage.estate import Estate
from bench.peers.backstage.sides import Ours, Side, Theirs
from bench.peers.run import Run
from bench.process import Processes
from bench.table import Pair, Round
from shared.config import SERVICES

TITLE = "Backstage: services and what they depend on"
_CHANGES = 20
_READS = 300
_LONGEST_SECONDS = 900
Figures = dict[str, float]


def measure(run: Run) -> list[Round]:
    packages()
    with world() as there:
        return [uvloop.run(_round(there, Estate(run.entities))) for _ in range(run.rounds)]


async def _round(there: World, estate: Estate) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        ours, idle = await _platform(there, Path(folder), estate)
        theirs, [backstage] = await _backstage(there, Path(folder), estate)
    found: dict[str, Pair] = {name: (ours[name], theirs[name]) for name in ours}
    sizes: dict[str, Pair] = {f"idle MiB, {name}": (size, backstage) for name, size in zip(SERVICES, idle, strict=True)}
    return {f"{name} (Backstage)": pair for name, pair in (found | sizes).items()}


async def _platform(there: World, home: Path, estate: Estate) -> tuple[Figures, list[float]]:
    await there.empty_topics()
    async with there.databases() as databases:
        with Platform(home, there, databases) as platform:
            platform.start_all()
            return await _measured(Ours(platform, estate))


async def _backstage(there: World, home: Path, estate: Estate) -> tuple[Figures, list[float]]:
    try:
        with Processes() as running:
            catalog = Catalog(home, there.postgres)
            running.add("backstage", catalog).wait_ready()
            return await _measured(Theirs(catalog, estate))
    finally:
        await drop_databases(there.postgres)


async def _measured(side: Side) -> tuple[Figures, list[float]]:
    idle = [process.resident() for process in side.processes]
    async with asyncio.timeout(_LONGEST_SECONDS):
        figures = await _bringing(side) | await _changing(side) | await _reading(side)
    side.close()
    return figures, idle


async def _bringing(side: Side) -> Figures:
    """From the first request until all are visible."""
    used, began = sum(process.cpu() for process in side.processes), time.perf_counter()
    await side.bring()
    took, used = time.perf_counter() - began, sum(process.cpu() for process in side.processes) - used
    return {"visible entities/s": side.estate.size / took, "CPU ms/entity": used / side.estate.size * 1000}


async def _changing(side: Side) -> Figures:
    """One after the other, and at no time that a side could be waiting for."""
    took = []
    for nth, number in enumerate(side.estate.some(_CHANGES)):
        await asyncio.sleep(0.13 * (nth % 7))
        began = time.perf_counter()
        await side.change(number)
        took.append((time.perf_counter() - began) * 1000)
    return {"change to visible p50 ms": median(took)}


async def _reading(side: Side) -> Figures:
    """An entity with its ten relations, one reader."""
    took = await load.reads(side.reader, [side.path(number) for number in side.estate.some(_READS)])
    return {"GET an entity, p50 ms": median(took)}
