"""A caller that goes away in the middle of a transaction leaves nothing behind: no lock, no half write, no crash."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared.storage.db import Database


@pytest.fixture
async def databases(database_template: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' ways to one database."""
    first, second = (Database(database_template.replace("{service}", "strategy")) for _ in range(2))
    async with first.write() as connection:
        await connection.execute(text("CREATE TABLE counter (id INTEGER PRIMARY KEY, value INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (1, 0)"))
    yield first, second
    await first.close()
    await second.close()


async def increment(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE counter SET value = value + 1 WHERE id = 1"))


async def value(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(text("SELECT value FROM counter"))).scalar_one())


async def test_one_who_waits_for_a_lock(databases: tuple[Database, Database]) -> None:
    first, second = databases
    async with first.write() as connection:
        await connection.execute(text("UPDATE counter SET value = 10 WHERE id = 1"))
        waiting = [asyncio.create_task(increment(second)) for _ in range(3)]
        await asyncio.sleep(0.2)  # until they wait
        for task in waiting:
            task.cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert await value(first) == 10
    await increment(second)
    assert await value(first) == 11


async def test_many_at_any_moment(databases: tuple[Database, Database]) -> None:
    first, second = databases
    done = 0
    for n in range(150):
        tasks = [asyncio.create_task(increment(database)) for database in (first, second)]
        for _ in range(n % 25):
            await asyncio.sleep(0)
        tasks[n % 2].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        done += sum(result is None for result in results)
        assert not [
            result for result in results if result is not None and not isinstance(result, asyncio.CancelledError)
        ]
    # one that was cancelled while it committed may have counted
    assert done <= await value(first) <= 300
    await increment(first)
    await increment(second)


async def test_one_who_is_still_connecting(databases: tuple[Database, Database]) -> None:
    """The connection that comes too late is closed; one that was left open warns, and a warning is an error."""
    for pause in (0, 0, 0.0005, 0.001, 0.002, 0.005):
        other = Database(databases[0].url)
        asking = asyncio.create_task(value(other))
        await asyncio.sleep(pause)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        await other.close()
    gc.collect()
    assert await value(databases[0]) == 0
