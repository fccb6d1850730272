"""Changes of many rows, as data: written table by table, or all in one statement where they are few.

A statement costs a round trip and half a millisecond of processor time, whatever it does; so what an event means for
six tables is said to PostgreSQL at once. SQLite has no round trips, and one loop in the driver for all rows of a table.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Dialect, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.storage.arrays import chunks
from shared.storage.db import Moment

FEW = 100
"""Rows of all tables together that go into one statement."""
_AT_ONCE = 500
"""Rows of a table in one statement."""
_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
Rows = Sequence[Sequence[Any]]


class Missed(Exception):
    """A row that had to be as it was known is not."""


@dataclass(frozen=True)
class Insert:
    """``rows`` have a value for each of ``columns``."""

    table: Table
    columns: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Update:
    """``rows`` have first the values of ``keys``, then those of ``values``. A key that is ``at_most`` finds what is
    less as well; of a value that is ``rising`` the greater one stays. With ``must`` each has to find its row."""

    table: Table
    keys: tuple[str, ...]
    values: tuple[str, ...]
    rows: Rows
    at_most: frozenset[str] = field(default=frozenset())
    rising: frozenset[str] = field(default=frozenset())
    must: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.keys + self.values


@dataclass(frozen=True)
class Delete:
    """``rows`` have the values of ``columns``."""

    table: Table
    columns: tuple[str, ...]
    rows: Rows


Operation = Insert | Update | Delete


async def write(connection: AsyncConnection, operations: Iterable[Operation]) -> None:
    """In their order. Raises Missed where the row of an Update that must find one is not there; then what follows may
    be written or not, and the transaction has to be rolled back."""
    wanted = [each for each in operations if each.rows]
    if connection.dialect.name == "sqlite":
        for each in wanted:
            await _write_many(connection, each)
    elif len(wanted) > 1 and _fit_one_statement(wanted):
        await _write_at_once(connection, wanted)
    else:
        for each in wanted:
            await _write_arrays(connection, each)


# -- SQLite: one statement for each row


class _Shape(NamedTuple):
    """Of an operation, without its rows."""

    action: type[Operation]
    table: Table
    keys: tuple[str, ...]
    values: tuple[str, ...] = ()
    at_most: frozenset[str] = frozenset()
    rising: frozenset[str] = frozenset()


def _shape(operation: Operation) -> _Shape:
    if isinstance(operation, Update):
        return _Shape(Update, operation.table, operation.keys, operation.values, operation.at_most, operation.rising)
    return _Shape(type(operation), operation.table, operation.columns)


async def _write_many(connection: AsyncConnection, operation: Operation) -> None:
    statement, order = _for_each_row(_shape(operation))
    for some in chunks(operation.rows, _AT_ONCE):
        columns = _columns(operation, connection.dialect, some)
        rows = list(zip(*(columns[place] for place in order), strict=True))
        done = await connection.exec_driver_sql(statement, rows if len(rows) > 1 else rows[0])
        _check(operation, done.rowcount, len(rows))


@lru_cache
def _for_each_row(shape: _Shape) -> tuple[str, tuple[int, ...]]:
    """The statement, and the places of its parameters in a row."""
    action, table, keys, values, at_most, rising = shape
    found = " AND ".join(f'"{name}" {_compared(name, at_most)} ?' for name in keys)
    if action is Insert:
        return f'INSERT INTO "{table.name}" ({_names(keys)}) VALUES ({", ".join("?" * len(keys))})', _places(keys)
    if action is Delete:
        return f'DELETE FROM "{table.name}" WHERE {found}', _places(keys)
    new = ", ".join(f'"{name}" = max("{name}", ?)' if name in rising else f'"{name}" = ?' for name in values)
    order = (*range(len(keys), len(keys) + len(values)), *range(len(keys)))
    return f'UPDATE "{table.name}" SET {new} WHERE {found}', order


def _places(columns: Sequence[str]) -> tuple[int, ...]:
    return tuple(range(len(columns)))


# -- PostgreSQL: one array for each column


def _fit_one_statement(operations: Sequence[Operation]) -> bool:
    """None of them sees what another one does, so no table may be changed after it has been written to: the rows may be
    the same ones."""
    written = set[Table]()
    for each in operations:
        if each.table in written and not isinstance(each, Insert):
            return False
        written.add(each.table)
    return sum(len(each.rows) for each in operations) <= FEW


async def _write_arrays(connection: AsyncConnection, operation: Operation) -> None:
    statement = _of_arrays(_shape(operation), 1)
    for some in chunks(operation.rows, _AT_ONCE):
        done = await connection.exec_driver_sql(statement, tuple(_columns(operation, connection.dialect, some)))
        _check(operation, done.rowcount, len(some))


async def _write_at_once(connection: AsyncConnection, operations: Sequence[Operation]) -> None:
    statement = _together(tuple(map(_shape, operations)), _must(operations[0]))
    given = [column for each in operations for column in _columns(each, connection.dialect)]
    written = (await connection.exec_driver_sql(statement, tuple(given))).one()
    for operation, count in zip(operations, written, strict=True):
        _check(operation, count, len(operation.rows))


def _must(operation: Operation) -> bool:
    return isinstance(operation, Update) and operation.must


@lru_cache
def _together(shapes: tuple[_Shape, ...], guarded: bool) -> str:
    """If the first one must find its row, the others wait for it, and do nothing if it does not."""
    parts, first = [], 1
    for number, shape in enumerate(shapes):
        guard = " EXISTS (SELECT FROM step_0)" if guarded and number else ""
        parts.append(f"step_{number} AS ({_of_arrays(shape, first, guard)} RETURNING 1)")
        first += len(shape.keys) + len(shape.values)
    counts = ", ".join(f"(SELECT count(*) FROM step_{number})" for number in range(len(shapes)))
    return f"WITH {', '.join(parts)} SELECT {counts}"


@lru_cache
def _of_arrays(shape: _Shape, first: int, guard: str = "") -> str:
    """``first`` is the number of its first parameter."""
    action, table, keys, values, at_most, rising = shape
    columns = keys + values
    arrays = ", ".join(f"${first + n}::{_type(table.c[name])}[]" for n, name in enumerate(columns))
    given = f"unnest({arrays}) AS given ({', '.join(f'c{n}' for n in range(len(columns)))})"
    if action is Insert:
        where = f" WHERE{guard}" if guard else ""
        return f'INSERT INTO "{table.name}" ({_names(columns)}) SELECT * FROM {given}{where}'
    found = " AND ".join(f'old."{name}" {_compared(name, at_most)} given.c{n}' for n, name in enumerate(keys))
    found += f" AND{guard}" if guard else ""
    if action is Delete:
        return f'DELETE FROM "{table.name}" AS old USING {given} WHERE {found}'
    new = ", ".join(
        f'"{name}" = greatest(old."{name}", given.c{n})' if name in rising else f'"{name}" = given.c{n}'
        for n, name in enumerate(values, len(keys))
    )
    return f'UPDATE "{table.name}" AS old SET {new} FROM {given} WHERE {found}'


def _type(column: Column[Any]) -> str:
    return column.type.compile(_POSTGRESQL).partition(" COLLATE")[0]


# -- both


def _compared(key: str, at_most: frozenset[str]) -> str:
    return "<=" if key in at_most else "="


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _columns(operation: Operation, dialect: Dialect, rows: Rows | None = None) -> list[list[Any]]:
    """The rows column by column, as the driver takes them."""
    writes = _writers(operation.table, operation.columns, dialect)
    columns = zip(*(operation.rows if rows is None else rows), strict=True)
    return [list(map(write, values)) if write else list(values) for write, values in zip(writes, columns, strict=True)]


@lru_cache
def _writers(table: Table, columns: tuple[str, ...], dialect: Dialect) -> list[Callable[[Any], Any] | None]:
    return [_writer(table.c[name], dialect) for name in columns]


def _writer(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Moment) and dialect.name == "postgresql":
        return None  # its driver knows instants
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _check(operation: Operation, written: int, wanted: int) -> None:
    if _must(operation) and written != wanted:
        raise Missed
