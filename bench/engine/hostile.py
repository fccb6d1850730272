"""A graph that is as bad as can be: a ladder of objectives of which each level leads up to all of the next, and a hub
on which everything depends. What is asked of it has a bound, and nobody who waits for something else is held up."""

import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import uvloop

from bench.asking import answered
from bench.engine.memory import SETTLE
from bench.organisation import Json, Organisation, owner
from services.alignment.follow.changes import PAGE
from services.alignment.follow.rebuild import Rebuild
from services.alignment.follow.writer import Writer
from services.alignment.main import build
from services.alignment.view import generations
from services.alignment.view.projection import project
from shared import clock
from shared.bus import open_bus
from shared.clock import rfc3339
from shared.config import KEYS, Settings
from shared.http import auth
from shared.keys import make_keys
from shared.storage import migrations
from shared.storage.db import Database

LEVELS, WIDTH, AT_HUB = 500, 2, 5_000
_LOOK_SECONDS = 0.005
_VIEWS = ("nodes/{}", "trace/{}?direction=up", "trace/{}?direction=down", "why/{}", "impact/{}?depth=6")
_LISTS = ("findings", "findings/groups", "score", "cascade", "coverage/design", "status")


class Figures(NamedTuple):
    """Milliseconds: the worst answer of any view; for how long the loop was held at most while the view was built; how
    long it took until everything was stored that the fall of the hub means, and for how long that held the loop; and
    the same of its rise, which is late and is told once more from the past."""

    answer: float
    building: float
    fall: float
    falling: float
    late_fall: float
    late_falling: float


class Owners:
    """All changes of the graph, as the owners would answer with them."""

    def __init__(self, levels: int, at_hub: int) -> None:
        self._made = Organisation(0)
        self._rows: dict[str, list[Json]] = defaultdict(list)
        for state in (*self._ladder(levels), *self._hub(at_hub)):
            self.add(state)

    def add(self, state: Json, version: int = 1, at: datetime | None = None) -> Json:
        service = "catalog" if state["kind"] == "link" else owner(state["kind"])
        rows = self._rows[service]
        at = at or self._made.time(sum(map(len, self._rows.values())))
        rows.append(self._made.event(service, len(rows) + 1, version, state, at))
        return rows[-1]

    def end(self, kind: str, name: str) -> Json:
        return {"kind": kind, "id": self._made.id(0, f"{kind} {name}")}

    def node(self, kind: str, name: str) -> Json:
        return self._made.node(self.end(kind, name)["id"], kind, name.replace(" ", "-"), name)

    def _link(self, type: str, source: Json, target: Json) -> Json:
        return self._made.link(self._made.id(1, f"{type} {source} {target}"), type, source, target)

    def _ladder(self, levels: int) -> Iterator[Json]:
        yield self.node("outcome", "top")
        for level, place in product(range(levels), range(WIDTH)):
            yield self.node("objective", f"{level} {place}")
            here = self.end("objective", f"{level} {place}")
            for above in range(WIDTH if level else 0):
                yield self._link("decomposes", here, self.end("objective", f"{level - 1} {above}"))
            if level == 0:
                yield self._link("serves", here, self.end("outcome", "top"))

    def _hub(self, size: int) -> Iterator[Json]:
        """Everything that realizes something does so by the hub."""
        yield self.node("service", "hub") | {"type": "technology"}
        yield self._link("realizes", self.end("service", "hub"), self.end("objective", "0 0"))
        for number in range(size):
            yield self.node("service", f"s {number}") | {"type": "technology"}
            yield self._link("depends_on", self.end("service", "hub"), self.end("service", f"s {number}"))

    async def changes(self, service: str, after: int, limit: int) -> Json:
        rows = self._rows[service]
        items = rows[after : after + min(limit, PAGE)]
        head = {"position": len(rows), "recorded_until": rfc3339(clock.now())}
        return {"items": items, "next_after": after + len(items), "head": head}


class Held:
    """How long the loop of this process was held at most, in milliseconds."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_LOOK_SECONDS)
            self.worst = max(self.worst, (time.perf_counter() - began - _LOOK_SECONDS) * 1000)


@asynccontextmanager
async def watched() -> AsyncIterator[Held]:
    held = Held()
    task = asyncio.create_task(held.watch())
    await asyncio.sleep(0)
    yield held
    task.cancel()


def measure(url: str, folder: Path, levels: int = LEVELS, at_hub: int = AT_HUB) -> Figures:
    return uvloop.run(_measure(url, folder, levels, at_hub))


async def _measure(url: str, folder: Path, levels: int, at_hub: int) -> Figures:
    settings = Settings(home=folder, embedded=True, database_url=url)
    make_keys(settings.home / KEYS)
    database, bus, owners = Database(url), open_bus(settings.bus), Owners(levels, at_hub)
    gc.collect()
    gc.freeze()  # what the owners hold is not the platform's
    await migrations.upgrade("alignment", database)
    writer = Writer(database, SETTLE)
    async with watched() as building:
        rebuild = Rebuild(database, bus, owners, writer)
        await rebuild.run(await rebuild.begin())
    token = auth.mint(settings.issuer_key_path, "bench")
    app, took = build(settings, database, bus, owners), list[float]()
    ends = [("objective", "0 0"), ("objective", f"{levels - 1} 0"), ("service", "hub"), ("service", "s 0")]
    refs = ["/".join(owners.end(*each).values()) for each in ends]
    for path in [*(view.format(ref) for view in _VIEWS for ref in refs), *_LISTS]:
        began = time.perf_counter()
        await answered(app, token, path)
        took.append((time.perf_counter() - began) * 1000)
    async with database.read() as connection:
        generation = await generations.active(connection)
    falls = []
    for version, at in ((2, clock.now()), (3, clock.now() - timedelta(minutes=10))):
        state = owners.node("service", "hub") | {"state": "retired" if version == 2 else "operational"}
        event = project(owners.add(state, version, at))
        async with watched() as held:
            began = time.perf_counter()
            await writer.write(generation or 0, [event])
            falls += [(time.perf_counter() - began) * 1000, held.worst]
    await bus.close()
    await database.close()
    return Figures(max(took), building.worst, *falls)
