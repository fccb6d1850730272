"""Connections that died while nobody used them: whoever comes next notices nothing of it."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Engine, text

from shared.storage import pool
from shared.storage.db import Database

pytestmark = pytest.mark.postgres


@pytest.fixture
async def database(postgres_database: str) -> AsyncIterator[Database]:
    """One that has several connections at rest."""
    database = Database(postgres_database)
    await asyncio.gather(*(backend(database) for _ in range(5)))
    yield database
    await database.close()


async def backend(database: Database) -> int:
    """The process of the server that answers."""
    async with database.write() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def end_all(database: Database) -> None:
    """What a restart does to the connections of everybody."""
    server = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    await server.execute(f"{others} pg_backend_pid()")
    await server.close()


async def test_those_that_the_server_has_closed_are_replaced(database: Database) -> None:
    old = await backend(database)
    await end_all(database)
    await asyncio.sleep(0.05)  # until the driver has seen it
    answered = await asyncio.gather(*(backend(database) for _ in range(5)))
    assert old not in answered


async def test_one_that_died_unheard_is_found_out_by_asking(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_FRESH_SECONDS", 0)
    old = await backend(database)
    with ThreadPoolExecutor() as elsewhere:  # while it runs nothing is read here
        elsewhere.submit(lambda: asyncio.run(end_all(database))).result()
    assert await backend(database) != old


async def test_who_is_busy_is_not_asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answers(_: Engine, connection: Any) -> bool:
        asked.append(connection)
        return True

    monkeypatch.setattr(pool, "_answers", answers)
    for _ in range(3):
        await backend(database)
    assert not asked
    monkeypatch.setattr(pool, "_FRESH_SECONDS", 0)
    await backend(database)
    assert asked
