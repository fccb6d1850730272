"""Changes of many rows: in whichever way they are written, the same rows are there afterwards."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, select

from shared.clock import FOREVER
from shared.storage import bulk_writer
from shared.storage.bulk_writer import Delete, Insert, Missed, Operation, Update, write
from shared.storage.db import BIG, JSON_TEXT, MOMENT, TEXT, Database
from tests.backends.databases import chosen
from tests.service.conftest import BACKENDS
from tests.service.counting import statements

_METADATA = MetaData()
THING = Table(
    "thing", _METADATA, Column("id", BIG, primary_key=True), Column("name", TEXT), Column("at", MOMENT),
    Column("data", JSON_TEXT),
)  # fmt: skip
MARK = Table("mark", _METADATA, Column("id", TEXT, primary_key=True), Column("next", BIG), Column("until", MOMENT))
COLUMNS = ("id", "name", "at", "data")
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, 12, 0, 0, 5, tzinfo=UTC)
MANY = bulk_writer.FEW + 1


def thing(id: int) -> tuple[Any, ...]:
    return id, f"n{id}" if id % 2 else None, EARLY if id % 3 else FOREVER, {"of": [id, None, "ä"]} if id % 5 else None


@pytest.fixture(params=BACKENDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with chosen(request.param, request) as given:
        url = given.get("database_url", f"sqlite+aiosqlite:///{tmp_path}/{{service}}.sqlite")
        made = Database(url.format(service="alignment"))
        async with made.write() as connection:
            await connection.run_sync(_METADATA.create_all)
            marks = [("a", 5, LATE), ("b", 7, EARLY)]
            await write(connection, [Insert(MARK, ("id", "next", "until"), marks), Insert(THING, COLUMNS, [thing(0)])])
        yield made
        await made.close()


async def rows(database: Database, table: Table) -> list[tuple[Any, ...]]:
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(select(table).order_by(table.c.id))]


def operations(count: int) -> list[Operation]:
    """The mark first, then things: so many new ones, one that is renamed."""
    return [
        Update(MARK, ("id", "next"), ("next",), [("a", 6, 9)], at_most=frozenset({"next"}), must=True),
        Update(THING, ("id",), ("name", "at"), [(0, "zero", LATE)]),
        Insert(THING, COLUMNS, [thing(id) for id in range(1, count + 1)]),
    ]


@pytest.mark.parametrize("count", [1, 3, MANY])
async def test_few_and_many_leave_the_same(database: Database, count: int) -> None:
    async with database.write() as connection:
        await write(connection, operations(count))
    assert await rows(database, THING) == [(0, "zero", LATE, None), *map(thing, range(1, count + 1))]
    assert await rows(database, MARK) == [("a", 9, LATE), ("b", 7, EARLY)]


async def test_few_are_one_statement_on_postgresql_and_none_sees_another(database: Database) -> None:
    gone = Delete(THING, ("id", "at"), [(1, EARLY)])
    with statements(database) as asked:
        async with database.write() as connection:
            await write(connection, operations(2))
    writing = [text for text, _ in asked if not text.startswith("BEGIN")]
    assert len(writing) == (3 if database.is_sqlite else 1)
    with statements(database) as asked:
        async with database.write() as connection:
            await write(connection, [Update(THING, ("id",), ("name",), [(1, "renamed")]), gone])
    assert len([text for text, _ in asked if not text.startswith("BEGIN")]) == 2, "both are about one row"
    assert [row[0] for row in await rows(database, THING)] == [0, 2]


@pytest.mark.parametrize("more", [0, MANY])
async def test_what_has_just_been_written_can_be_changed(database: Database, more: int) -> None:
    """As a finding that one instant opens and the next one resolves, in one transaction."""
    made = [Insert(THING, COLUMNS, [thing(id) for id in range(1, 4 + more)])]
    changed: list[Operation] = [Update(THING, ("id",), ("name",), [(1, "renamed")]), Delete(THING, ("id",), [(2,)])]
    for one in changed:
        async with database.write() as connection:
            await write(connection, [Delete(THING, ("id",), [(id,) for id in range(4 + more)])])
            await write(connection, [*made, one])
        found = {row[0]: row[1] for row in await rows(database, THING)}
        assert (found.get(1), 2 in found) == (("renamed", True) if one is changed[0] else ("n1", False))


@pytest.mark.parametrize("count", [1, MANY])
async def test_where_the_first_misses_nothing_is_left(database: Database, count: int) -> None:
    """By another value of its key, or none that is so small."""
    for key in (("a", 4), ("c", 9)):
        first, *others = operations(count)
        missing = Update(MARK, ("id", "next"), ("next",), [(*key, 9)], at_most=frozenset({"next"}), must=True)
        with pytest.raises(Missed):
            async with database.write() as connection:
                await write(connection, [missing, *others])
        assert await rows(database, THING) == [thing(0)]
    assert first.rows == [("a", 6, 9)]


async def test_one_that_may_miss_says_nothing(database: Database) -> None:
    async with database.write() as connection:
        await write(connection, [Update(MARK, ("id",), ("next",), [("c", 1)]), Delete(MARK, ("id",), [("d",)])])
    assert await rows(database, MARK) == [("a", 5, LATE), ("b", 7, EARLY)]


@pytest.mark.parametrize("more", [0, MANY])
async def test_what_rises_never_falls(database: Database, more: int) -> None:
    marks = [("a", 1, EARLY), ("b", 2, LATE)]
    raised = Update(MARK, ("id",), ("next", "until"), marks, rising=frozenset({"until"}))
    async with database.write() as connection:
        await write(connection, [raised, Insert(THING, COLUMNS, [thing(id) for id in range(1, more + 1)])])
    assert await rows(database, MARK) == [("a", 1, LATE), ("b", 2, LATE)]


async def test_nothing_to_write_asks_nothing(database: Database) -> None:
    with statements(database) as asked:
        async with database.write() as connection:
            await write(connection, [Insert(THING, COLUMNS, []), Delete(THING, ("id",), [])])
    assert [text for text, _ in asked if not text.startswith("BEGIN")] == []
