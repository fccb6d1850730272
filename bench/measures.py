"""What is measured, the same way for the platform and for the floor."""

import asyncio
import time
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

import httpx

from bench.servers import Target
from services.alignment import projector, view
from services.alignment.models import RECORD
from services.alignment.projection import Projected, project
from shared import clock, migrations
from shared.db import Database

WRITERS = 16


async def latency(target: Target, rate: int, seconds: int) -> dict[str, float]:
    """From the answered write until the view shows it: open loop, so that a slow server is not spared."""
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=target.url, headers=target.headers, limits=limits, timeout=30) as client:
        await _one(client, target)
        started = time.perf_counter()
        tasks = []
        for n in range(rate * seconds):
            await asyncio.sleep(max(0.0, started + n / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(_one(client, target)))
        took = sorted(await asyncio.gather(*tasks))
    cuts = quantiles(took, n=100)
    return {"p50 ms": cuts[49] * 1000, "p99 ms": cuts[98] * 1000}


async def _one(client: httpx.AsyncClient, target: Target) -> float:
    answer = await client.post(target.write, json={"name": f"Tactic {uuid4()}", "description": "x" * 200})
    answer.raise_for_status()
    answered = time.perf_counter()
    (await client.get(target.seen(answer))).raise_for_status()
    return time.perf_counter() - answered


async def writes(target: Target, seconds: int) -> dict[str, float]:
    """Closed loop with several writers; processor time of the whole server process, projection included."""
    count = 0
    end = time.perf_counter() + seconds

    async def writer(client: httpx.AsyncClient) -> None:
        nonlocal count
        while time.perf_counter() < end:
            answer = await client.post(target.write, json={"name": f"Tactic {uuid4()}", "description": "x" * 200})
            answer.raise_for_status()
            count += 1

    before = target.cpu()
    async with httpx.AsyncClient(base_url=target.url, headers=target.headers, timeout=30) as client:
        await asyncio.gather(*(writer(client) for _ in range(WRITERS)))
        await _one(client, target)  # until the view has caught up, so that its work is counted
    return {"writes/s": count / seconds, "CPU ms/write": (target.cpu() - before) / count * 1000}


async def projection(home: Path, events: int, batch: int) -> dict[str, float]:
    """Events per second into an embedded view in this process: half entities, half links, findings included.

    Beside it the rate of one bare insert per event into the same kind of database, in the same batches.
    """
    database = Database(f"sqlite+aiosqlite:///{home}/alignment.sqlite")
    await migrations.upgrade("alignment", database)
    async with database.write() as connection:
        generation = await view.begin(connection)
    made = [project(event) for event in _events(events)]
    started = time.perf_counter()
    for start in range(0, events, batch):
        async with database.write() as connection:
            await projector.apply(connection, generation, made[start : start + batch])
    applied = time.perf_counter() - started
    bare = await _bare_inserts(database, made, batch)
    await database.close()
    return {"events/s": events / applied, "bare inserts/s": events / bare}


async def _bare_inserts(database: Database, made: list[Projected], batch: int) -> float:
    rows = [
        {"generation": 0, "ref": e.ref, "epoch": 1, "version": e.event.version, "recorded_from": e.recorded_at}
        | {"recorded_to": clock.FOREVER}
        | (e.record or {})
        for e in made
    ]
    started = time.perf_counter()
    for start in range(0, len(rows), batch):
        async with database.write() as connection:
            await connection.execute(RECORD.insert(), rows[start : start + batch])
    return time.perf_counter() - started


def _events(count: int) -> list[dict[str, object]]:
    """Tactics, and a link from each to one of a hundred objectives."""
    events: list[dict[str, object]] = []
    objectives = [str(uuid4()) for _ in range(100)]
    made: list[tuple[str, str, dict[str, object]]]
    made = [("objective", id, {"state": "in_force", "key": f"o-{id}", "name": "O"}) for id in objectives]
    for n in range((count - 100) // 2):
        tactic = str(uuid4())
        made.append(("tactic", tactic, {"state": "in_force", "key": f"t-{n}", "name": f"Tactic {n}"}))
        ends = {"source": {"kind": "tactic", "id": tactic}, "target": {"kind": "objective", "id": objectives[n % 100]}}
        made.append(("link", str(uuid4()), {"state": "active", "type": "decomposes", **ends}))
    for position, (kind, id, state) in enumerate(made, 1):
        data = {"state": {"id": id, "kind": kind, "version": 1, **state}}
        time_ = clock.rfc3339(clock.now())
        event = {"id": f"{kind}:{id}:1.1", "source": "/strategy", "time": time_, "position": position, "data": data}
        events.append(event)
    return events
