"""What SQLite and PostgreSQL say differently; nothing else asks which of them it speaks to."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, func, literal_column, select, text, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock


async def database_now(connection: AsyncConnection) -> datetime:
    """The database server's clock; SQLite's is this machine's."""
    if connection.dialect.name == "sqlite":
        return clock.now()
    moment: datetime = (await connection.execute(text("select clock_timestamp()"))).scalar_one()
    return moment.astimezone(UTC)


async def lock_scope(connection: AsyncConnection, scope: int) -> None:
    """Serialise the transactions of one rule that spans rows. SQLite has a single writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(scope)))


async def refresh_statistics(connection: AsyncConnection, tables: Iterable[Table]) -> None:
    """Tell PostgreSQL's planner what has just been loaded: of a full table that it takes for empty it scans lists."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            await connection.execute(text(f'ANALYZE "{table.name}"'))


def insert_new(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that leaves out what is there already, in the connection's dialect."""
    return _insert_new(connection.dialect.name, table)


@cache
def _insert_new(dialect: str, table: Table) -> Any:
    return (sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)).on_conflict_do_nothing()


def holds(connection: AsyncConnection, column: Column[Any], value: str) -> ColumnElement[bool]:
    """Whether a JSON array column holds a text."""
    if connection.dialect.name == "sqlite":
        items = func.json_each(column).table_valued("value", name="item")
        return select(true()).select_from(items).where(items.c.value == value).exists()
    items = func.json_array_elements_text(column).table_valued("value", name="item")
    return select(literal_column("1")).select_from(items).where(items.c.value == value).exists()
