"""On SQLite no statement holds up the event loop: a long one goes on in the driver's thread, with the same result."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from shared.storage import sqlite
from shared.storage.db import Database

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
COUNT = text(f"{NUMBERS} SELECT count(*), sum(i) FROM n")
COUNTED = (200_000, 200_000 * 200_001 // 2)
LIST = text(f"{NUMBERS} SELECT i FROM n WHERE i % 2 = 0")
FILL = text(f"INSERT INTO number {NUMBERS} SELECT i FROM n")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/some.sqlite")
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE number (i INTEGER)"))
    yield database
    await database.close()


class Beside(list[str]):
    """What goes to the thread, by the beginning of its statement."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = sqlite.Connection._beside

        async def noted(connection: sqlite.Connection, fn: Any, args: Any) -> Any:
            told = args[0][1][0] if fn is sqlite._again else args[0] if args else fn.__name__
            self.append(told.split()[0])
            return await real(connection, fn, args)

        monkeypatch.setattr(sqlite.Connection, "_beside", noted)


@pytest.fixture
def beside(database: Database, monkeypatch: pytest.MonkeyPatch) -> Beside:
    return Beside(monkeypatch)


@pytest.fixture
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every query is late as soon as the clock is looked at."""
    monkeypatch.setattr(sqlite, "PATIENCE_SECONDS", 0)


async def _note_each(turns: list[str]) -> None:
    """One who comes whenever the loop has a turn to give."""
    while True:
        turns.append("came")
        await asyncio.sleep(0)


async def size(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM number"))).scalar_one())


async def test_a_quick_query_stays_where_it_is(database: Database, beside: Beside) -> None:
    assert await size(database) == 0
    assert beside == []


@pytest.mark.usefixtures("in_no_time")
async def test_a_long_one_goes_on_beside_the_loop(database: Database, beside: Beside) -> None:
    turns: list[str] = []
    async with database.read() as connection:
        others = asyncio.create_task(_note_each(turns))
        assert tuple((await connection.execute(COUNT)).one()) == COUNTED
        others.cancel()
        rows = (await connection.execute(LIST)).scalars().all()
    assert len(turns) > 1
    assert rows == list(range(2, 200_001, 2)), "each row once, also of those that had come when it was stopped"
    assert beside == ["WITH", "WITH"]


@pytest.mark.usefixtures("in_no_time")
async def test_a_query_that_is_stopped_leaves_its_transaction_alone(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO number VALUES (1)"))
        assert tuple((await connection.execute(COUNT)).one()) == COUNTED
        await connection.execute(text("INSERT INTO number VALUES (2)"))
    assert await size(database) == 2
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO number VALUES (3)"))
        await connection.execute(COUNT)
        await connection.rollback()
    assert await size(database) == 2


@pytest.mark.usefixtures("in_no_time")
async def test_what_writes_is_never_stopped(database: Database) -> None:
    """It would take its whole transaction with it."""
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO number VALUES (0)"))
        await connection.execute(FILL)
        await connection.execute(text(f"{NUMBERS} INSERT INTO number SELECT i FROM n"))
        await connection.execute(text("UPDATE number SET i = i + 1"))
        await connection.execute(text("DELETE FROM number WHERE i > 100001"))
    assert await size(database) == 1 + 2 * 100_000


@pytest.mark.parametrize(("rows", "there"), [(sqlite.MOST_ROWS, []), (sqlite.MOST_ROWS + 1, ["INSERT"])])
async def test_many_rows_are_written_beside_the_loop(
    database: Database, beside: Beside, rows: int, there: list[str]
) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO number VALUES (:i)"), [{"i": i} for i in range(rows)])
    assert beside == ["BEGIN", *there, "commit"]
    assert await size(database) == rows


@pytest.mark.usefixtures("in_no_time")
async def test_one_quick_statement_after_the_other_gives_way(database: Database) -> None:
    turns: list[str] = []

    async def ask() -> None:
        async with database.read() as connection:
            for _ in range(20):
                await connection.execute(text("SELECT 1"))
                turns.append("asked")

    others = asyncio.create_task(_note_each(turns))
    await ask()
    others.cancel()
    first = turns.index("asked")
    assert "came" in turns[first : len(turns) - 1 - turns[::-1].index("asked")]


@pytest.mark.usefixtures("in_no_time")
async def test_who_goes_away_meanwhile_leaves_a_connection_that_works(database: Database) -> None:
    for _ in range(10):  # more than there are connections
        asking = asyncio.create_task(_counted(database))
        await asyncio.sleep(0.003)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert await _counted(database) == COUNTED


async def _counted(database: Database) -> tuple[int, ...]:
    async with database.read() as connection:
        return tuple((await connection.execute(COUNT)).one())
