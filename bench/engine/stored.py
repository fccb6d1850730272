"""Fold, judge and store: the writer of a view by itself, in batches and one event at a time, beside the least that any
projector does into the same kind of database."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import orjson

from bench.engine.memory import SETTLE, Batches
from bench.floors import projector
from services.alignment.follow.writer import Writer
from services.alignment.judge.plan import Plan
from services.alignment.view import generations
from services.alignment.view.projection import project
from shared.storage import migrations
from shared.storage.db import Database

Raw = list[list[bytes]]
Apply = Callable[[Sequence[bytes]], Awaitable[Any]]


class Figures(NamedTuple):
    """Events per second in batches and one by one, and microseconds of processor time of this process an event in
    batches."""

    batches: float
    one_by_one: float
    cpu: float


async def measure(url: str, folder: Path, rules: Plan, told: Batches, single: int) -> tuple[Figures, Figures]:
    """All but the last batch in batches, and then some of the last one by one; ours, and the floor."""
    raw = [[orjson.dumps(event) for event in batch] for batch in told]
    database = Database(url)
    await migrations.upgrade("alignment", database)
    async with database.write() as connection:
        generation = await generations.begin(connection, "")
    writer = Writer(database, SETTLE, rules=rules)

    async def ours(some: Sequence[bytes]) -> None:
        await writer.write(generation, [project(orjson.loads(each)) for each in some])

    async def ahead(some: Sequence[bytes]) -> None:
        events = [project(orjson.loads(each)) for each in some]
        async with writer.transaction(generation, ahead=events):
            pass

    found = await _timed(ours, raw, single, _overlapping(ahead))
    await database.close()
    async with _bare_postgres(url) if url.startswith("postgresql") else _bare_sqlite(folder / "bare.sqlite") as bare:
        return found, await _timed(bare, raw, single, _in_turn(bare))


async def _timed(apply: Apply, raw: Raw, single: int, all: Callable[[Raw], Awaitable[None]]) -> Figures:
    began, used, count = time.perf_counter(), time.process_time(), sum(map(len, raw[:-1]))
    await all(raw[:-1])
    took, used = time.perf_counter() - began, time.process_time() - used
    began = time.perf_counter()
    for event in raw[-1][:single]:
        await apply([event])
    one_by_one = len(raw[-1][:single]) / (time.perf_counter() - began)
    return Figures(count / took, one_by_one, used / count * 1e6)


def _in_turn(apply: Apply) -> Callable[[Raw], Awaitable[None]]:
    async def all(raw: Raw) -> None:
        for batch in raw:
            await apply(batch)

    return all


def _overlapping(apply: Apply) -> Callable[[Raw], Awaitable[None]]:
    """As a rebuild does: while one batch is written, the next one is judged."""

    async def all(raw: Raw) -> None:
        before: asyncio.Task[Any] | None = None
        for batch in raw:
            task = asyncio.ensure_future(apply(batch))
            if before:
                await before
            before = task
        if before:
            await before

    return all


@asynccontextmanager
async def _bare_postgres(url: str) -> AsyncIterator[Apply]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(projector.TABLES)
    yield partial(projector.store, connection)
    await connection.close()


@asynccontextmanager
async def _bare_sqlite(path: Path) -> AsyncIterator[Apply]:
    connection = sqlite3.connect(path)
    tables = projector.TABLES.replace("index on", "index link_in on")  # it needs a name here
    connection.executescript(f"pragma journal_mode=wal; pragma synchronous=full; {tables}")

    async def apply(some: Sequence[bytes]) -> None:
        rows = projector.Rows()
        for raw in some:
            rows.add(raw)
        nodes = [(ref, *rest) for ref, rest in rows.nodes.items()]
        connection.executemany("insert or replace into node values (?, ?, ?)", nodes)
        links = [(*key, *rest) for key, rest in rows.links.items()]
        connection.executemany("insert or replace into link values (?, ?, ?, ?, ?)", links)
        connection.commit()

    yield apply
    connection.close()
