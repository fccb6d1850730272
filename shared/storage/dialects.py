"""Statements that SQLite and PostgreSQL put differently."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from shared import clock


async def database_now(connection: AsyncConnection) -> datetime:
    """The database server's clock; SQLite's is this machine's."""
    if connection.dialect.name == "sqlite":
        return clock.now()
    moment: datetime = (await connection.execute(text("select clock_timestamp()"))).scalar_one()
    return moment.astimezone(UTC)


class written(FunctionElement[str]):  # noqa: N801  a function of SQL
    """An instant in a column as a text without the sign of its zone: such texts sort as instants do."""

    name = "written"
    type = Text()
    inherit_cache = True


@compiles(written, "sqlite")
def _written_by_sqlite(element: written, compiler: Any, **how: Any) -> str:
    return f"rtrim({compiler.process(element.clauses, **how)}, 'Z')"


@compiles(written, "postgresql")
def _written_by_postgresql(element: written, compiler: Any, **how: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **how)} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"


_LOCK = select(func.pg_advisory_xact_lock(bindparam("scope", type_=BigInteger)))


async def lock_scope(connection: AsyncConnection, scope: int) -> None:
    """Serialise the transactions of one rule that spans rows. SQLite has a single writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_LOCK, {"scope": scope})


_TAKE_TIME = text("SET LOCAL idle_in_transaction_session_timeout = '15min'")


async def take_time(connection: AsyncConnection) -> None:
    """Let this transaction rest between its statements while something large is worked out: PostgreSQL would end it
    as one that was forgotten."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_TAKE_TIME)


async def refresh_statistics(connection: AsyncConnection, tables: Iterable[Table]) -> None:
    """Tell PostgreSQL's planner what has just been loaded: of a full table that it takes for empty it scans lists."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            await connection.execute(text(f'ANALYZE "{table.name}"'))


def assume_statistics(connection: Connection, expected: Mapping[str, Mapping[str, str]]) -> None:
    """Tell SQLite's planner once and for all what to expect of each index of a table: how many rows there are, and how
    many of them share the first column, the first two, and so on.

    It never looks by itself, and takes a first column for selective that has one value. PostgreSQL looks.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(text("ANALYZE"))
        connection.execute(text("DELETE FROM sqlite_stat1"))
        for table, indexes in expected.items():
            for index, rows in indexes.items():
                given = {"table": table, "index": index, "rows": rows}
                connection.execute(text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :rows)"), given)
        connection.execute(text("ANALYZE sqlite_schema"))


def assume_index(connection: Connection, table: str, index: str, rows: str) -> None:
    """The same of an index that came later; forget it by no rows."""
    if connection.dialect.name == "sqlite":
        given = {"table": table, "index": index, "rows": rows}
        connection.execute(text("DELETE FROM sqlite_stat1 WHERE idx = :index"), given)
        if rows:
            connection.execute(text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :rows)"), given)
        connection.execute(text("ANALYZE sqlite_schema"))


def insert_new(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that leaves out what is there already, in the connection's dialect."""
    return _insert_new(connection.dialect.name, table)


@cache
def _insert_new(dialect: str, table: Table) -> Any:
    return (sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)).on_conflict_do_nothing()


async def update_each(connection: AsyncConnection, table: Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Give the row of each key values of its own; all rows have the same columns.

    PostgreSQL takes them as one list per column: one statement for all costs it half of what one for each does.
    """
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        given: Any = [{f"new_{name}": row[name] for name in names} for row in rows]
    else:
        given = {f"new_{name}": [row[name] for row in rows] for name in names}
    await connection.execute(_update_each(connection.dialect.name, table, key, names), given)


@cache
def _update_each(dialect: str, table: Table, key: str, names: tuple[str, ...]) -> Update:
    types = {name: table.c[name].type for name in names}
    new = _row(types) if dialect == "sqlite" else _rows(types)
    values = {name: new[name] for name in names if name != key}
    return table.update().where(table.c[key] == new[key]).values(values)


def _row(types: Mapping[str, TypeEngine[Any]]) -> Any:
    return {name: bindparam(f"new_{name}", type_=type_) for name, type_ in types.items()}


def _rows(types: Mapping[str, TypeEngine[Any]]) -> Any:
    lists = [bindparam(f"new_{name}", type_=ARRAY(type_)) for name, type_ in types.items()]
    columns = [column(name, type_) for name, type_ in types.items()]
    return func.unnest(*lists).table_valued(*columns, name="new").render_derived().c


def holds(connection: AsyncConnection, column: Column[Any], value: str) -> ColumnElement[bool]:
    """Whether a JSON array column holds a text."""
    if connection.dialect.name == "sqlite":
        items = func.json_each(column).table_valued("value", name="item")
        return select(true()).select_from(items).where(items.c.value == value).exists()
    items = func.json_array_elements_text(column).table_valued("value", name="item")
    return select(literal_column("1")).select_from(items).where(items.c.value == value).exists()


def recursive(dialect: str, start: CTE, steps: Sequence[Select[Any]]) -> CTE:
    """Everything that some steps lead to from what is in ``start``, each once; the steps refer to it by its columns.

    PostgreSQL allows one reference to what is there already, SQLite one in each of several terms.
    """
    if dialect == "sqlite":
        return start.union(*steps)
    step = union_all(*steps).lateral("step")
    return start.union(select(*step.c).select_from(start.join(step, true())))
