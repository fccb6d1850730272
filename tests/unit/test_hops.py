"""What the bench says of the statements that a request takes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bench import hops
from shared.storage.db import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/some.sqlite")
    yield opened
    await opened.close()


async def ask(database: Database, times: int) -> None:
    async with database.read() as connection:
        for _ in range(times):
            await connection.execute(text("select 1"))


async def test_statements_of_each_request_are_counted_by_themselves(database: Database) -> None:
    await ask(database, 1)  # the first connection of all asks more
    alone = await hops.in_database(1, lambda _: ask(database, 1))  # with whatever begins a transaction
    found = await hops.in_database(5, lambda number: ask(database, 1 + number))
    assert found["size"] - alone["size"] == 2
    assert found["ours"] > 0


async def test_nobody_watches_afterwards(database: Database) -> None:
    with hops.watched() as statements:
        await ask(database, 1)
    counted = statements.count
    await ask(database, 1)
    assert statements.count == counted > 0
