"""What is asked of a database, and how much of its tables it goes through for that."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import event

from shared.storage.db import Database

Asked = list[tuple[str, Any]]


@contextmanager
def statements(database: Database) -> Iterator[Asked]:
    """Those that run meanwhile, with what they were given."""
    found: Asked = []

    def note(_: Any, __: Any, statement: str, given: Any, *more: Any) -> None:
        found.append((statement, given))

    # on PostgreSQL both are one
    engines = {database._writer.sync_engine, *([database._reader.sync_engine] if database.is_sqlite else [])}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def looked_at(database: Database, ask: Callable[[], Awaitable[Any]], about: str = "") -> list[float]:
    """How many rows each statement of an answer goes through, or each that mentions a column."""
    with statements(database) as asked:
        await ask()
    asked = [(statement, given) for statement, given in asked if statement.startswith("SELECT") and about in statement]
    assert asked
    if database.is_sqlite:
        return _counted_by_sqlite(database, asked)
    return [await _counted_by_postgres(database, statement, given) for statement, given in asked]


_STEPS_A_ROW = 40
"""Of SQLite's machine, at most: for a row that is looked at and not shown."""


def _counted_by_sqlite(database: Database, asked: Asked) -> list[float]:
    """By the steps of its machine: it does not tell of rows."""
    found = []
    with closing(sqlite3.connect(database.url.partition("///")[2])) as connection:
        for statement, given in asked:
            steps: list[None] = []
            connection.set_progress_handler(lambda steps=steps: steps.append(None), 1)  # type: ignore[misc]
            connection.execute(statement, given).fetchall()
            found.append(len(steps) / _STEPS_A_ROW)
    return found


async def _counted_by_postgres(database: Database, statement: str, given: Any) -> float:
    """By what it tells after having run it, by the plan that it has for a large table."""
    async with database.write() as connection:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            await connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        told = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given)
        return _read(told.scalar_one()[0]["Plan"])


def _read(plan: dict[str, Any]) -> float:
    inner = sum(map(_read, plan.get("Plans", ())))
    if not plan["Node Type"].endswith("Scan") or plan["Node Type"] == "Bitmap Index Scan":
        return float(inner)
    removed = (number for name, number in plan.items() if name.startswith("Rows Removed by"))
    return float(inner + (plan["Actual Rows"] + sum(removed)) * plan["Actual Loops"])
