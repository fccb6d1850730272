"""One size of the curve, in a process of its own so that its memory can be told.

    python -m bench.sized LINKS DATABASE_URL HOME

Builds a view of an organisation by the real rebuild, asks the real application, applies events as the follower does,
and does the least that is comparable with bare tables. Prints one JSON document, and beside it how far it is: the large
sizes take an hour.
"""

import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import orjson

from bench import hops
from bench.asking import HUB, READS, Place, answered, some
from bench.floors.graph import Bare, bare
from bench.organisation import Json, Organisation, owner
from services.alignment.follow.changes import PAGE
from services.alignment.follow.rebuild import Rebuild
from services.alignment.follow.writer import Writer
from services.alignment.main import build
from services.alignment.view import generations
from services.alignment.view.projection import project
from shared import clock
from shared.bus import Bus, open_bus
from shared.config import KEYS, Settings
from shared.contracts import OWNERS
from shared.http import auth
from shared.keys import make_keys
from shared.storage import migrations
from shared.storage.db import Database
from shared.telemetry import configure_logging

REPEATS = 40


class Timed:
    """Owners whose own time is left out."""

    def __init__(self, owners: Organisation) -> None:
        self.owners, self.seconds = owners, 0.0

    async def changes(self, service: str, after: int, limit: int) -> Json:
        began = time.perf_counter()
        page = await self.owners.changes(service, after, limit)
        self.seconds += time.perf_counter() - began
        return page


def tell(what: str) -> None:
    print(f"{what}; {peak():,.0f} MiB at most", file=sys.stderr, flush=True)


def peak() -> float:
    """MiB that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main(links: int, url: str, home: Path) -> Json:
    organisation = Organisation(links)
    configure_logging("WARNING")
    settings = Settings(home=home, embedded=True, database_url=url)
    make_keys(settings.home / KEYS)
    database, bus = Database(url), open_bus(settings.bus)
    await migrations.upgrade("alignment", database)
    rows = await _built(database, bus, organisation)
    floor = await bare(url, str(home / "bare.sqlite"))
    tell(f"{links:,} links: built in {rows['rebuild s']['ours']:.0f} s")
    rows["rebuild s"]["floor"] = await floor.fill(_pages(organisation))
    rows |= await _added(database, organisation, floor)
    tell(f"a link more in {rows['add a link']['ours']:.1f} ms")
    rows |= await _read(build(settings, database, bus, organisation), settings, organisation, floor)
    tell("read")
    for resource_ in (floor, bus, database):
        await resource_.close()
    return rows


async def _built(database: Database, bus: Bus, organisation: Organisation) -> dict[str, Json]:
    before, owners = peak(), Timed(organisation)
    rebuild = Rebuild(database, bus, owners)
    began = time.perf_counter()
    await rebuild.run(await rebuild.begin())
    took = time.perf_counter() - began - owners.seconds
    grown = {"ours": peak() - before}
    return {"rebuild s": {"ours": took}, "rebuild links/s": {"ours": organisation.links / took}, "rebuild MiB": grown}


async def _pages(organisation: Organisation) -> AsyncIterator[list[Json]]:
    for service in OWNERS:
        after = 0
        while items := (await organisation.changes(service, after, PAGE))["items"]:
            yield items
            after = items[-1]["position"]


async def timed(repeats: int, once: Callable[[int], Awaitable[Any]]) -> tuple[Json, list[Any]]:
    """In ms and after one try that does not count, with what came back. ``quick`` is the quickest tenth: other work on
    the machine only ever adds."""
    took, results = [], []
    await once(repeats)
    for number in range(repeats):
        began = time.perf_counter()
        results.append(await once(number))
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {"ours": median(took), "p99": took[int(repeats * 0.99)], "quick": took[repeats // 10]}, results


async def _added(database: Database, organisation: Organisation, floor: Bare) -> dict[str, Json]:
    """New links and nodes at random places, one after the other, with all that they mean."""
    dice, positions, writer = Random(2), dict(organisation.heads), Writer(database)
    async with database.read() as connection:
        generation = await generations.active(connection)
    assert generation is not None
    await writer.warm(generation)

    async def apply(state: Json, service: str) -> None:
        positions[service] += 1
        event = organisation.event(service, positions[service], 1, state, clock.now())
        await writer.write(generation, [project(event)])

    async def link(number: int) -> None:
        source, target = organisation.some(dice, "service"), organisation.some(dice, "objective")
        await apply(organisation.link(organisation.id(-2, number), "realizes", source, target), "catalog")

    async def link_to_hub(number: int) -> None:
        source, hub = organisation.some(dice, "service_offering"), {"kind": "service", "id": organisation.hub}
        await apply(organisation.link(organisation.id(-3, number), "depends_on", source, hub), "catalog")

    async def node(number: int) -> None:
        state = organisation.node(organisation.id(-4, number), "tactic", f"new-{number}", "New")
        await apply(state, owner("tactic"))

    async def bare_link(number: int) -> None:
        await floor.add((f"service/{number}", "realizes", "objective/new", str(number), 1))

    rows = {}
    for name, once in (("add a link", link), ("add a link to the hub", link_to_hub), ("add a node", node)):
        rows[name], _ = await timed(REPEATS, once)
    rows["add a link"]["floor"] = (await timed(REPEATS, bare_link))[0]["ours"]
    return rows


async def _read(app: Any, settings: Settings, organisation: Organisation, floor: Bare) -> dict[str, Json]:
    token = auth.mint(settings.issuer_key_path, "bench")
    rows: dict[str, Json] = {}
    for read in (*READS, *HUB):
        places = some(organisation, read.kind, REPEATS + 1)

        async def once(number: int, read: Any = read, places: Any = places) -> Json:
            return await answered(app, token, read.path(places[number]))

        rows[read.name], answers = await timed(REPEATS, once)
        rows[read.name] |= {"size": median(map(read.size, answers)), "hidden": median(map(read.hidden, answers))}
        if read.floor:
            rows[f"{read.name}, in the database"] = await hops.in_database(REPEATS, once) | await _asked(
                floor, read.floor, places
            )
    return rows


async def _asked(floor: Bare, end: str, places: list[Place]) -> Json:
    figures, sizes = await timed(REPEATS, lambda number: floor.ask(end, places[number].ref))
    return {"floor": figures["ours"], "floor_size": median(sizes)}


if __name__ == "__main__":
    found = asyncio.run(main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
    sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
