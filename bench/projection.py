"""The projector by itself, in this process and on SQLite."""

import time
from pathlib import Path
from uuid import uuid4

from services.alignment.follow.writer import Writer
from services.alignment.models import RECORD
from services.alignment.view import generations
from services.alignment.view.projection import Projected, project
from shared import clock
from shared.storage import migrations
from shared.storage.db import Database


async def measure(home: Path, events: int, batch: int) -> tuple[float, float]:
    """Events per second into an embedded view in this process: half entities, half links, findings included.

    Beside it the rate of one bare insert per event into the same kind of database, in the same batches.
    """
    database = Database(f"sqlite+aiosqlite:///{home}/alignment.sqlite")
    await migrations.upgrade("alignment", database)
    async with database.write() as connection:
        generation = await generations.begin(connection, "")
    writer = Writer(database)
    made = [project(event) for event in _events(events)]
    started = time.perf_counter()
    for start in range(0, events, batch):
        await writer.write(generation, made[start : start + batch])
    applied = time.perf_counter() - started
    bare = await _bare_inserts(database, made, batch)
    await database.close()
    return events / applied, events / bare


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
