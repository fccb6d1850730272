"""How much of its tables a view goes through for an answer."""

import sqlite3
from contextlib import closing
from typing import Any

from tests.service.alignment.large import Large


async def looked_at(there: Large, path: str) -> list[float]:
    """How many rows each statement of an answer goes through."""
    with there.statements() as statements:
        await there.get(path)
    asked = [(statement, given) for statement, given in statements if statement.startswith("SELECT")]
    assert len(asked) > 1
    if there.database.is_sqlite:
        return _counted_by_sqlite(there, asked)
    return [await _counted_by_postgres(there, statement, given) for statement, given in asked]


_STEPS_A_ROW = 40
"""Of SQLite's machine, at most: for a row that is looked at and not shown."""


def _counted_by_sqlite(there: Large, asked: list[tuple[str, Any]]) -> list[float]:
    """By the steps of its machine: it does not tell of rows."""
    found = []
    with closing(sqlite3.connect(there.database.url.partition("///")[2])) as connection:
        for statement, given in asked:
            steps: list[None] = []
            connection.set_progress_handler(lambda steps=steps: steps.append(None), 1)  # type: ignore[misc]
            connection.execute(statement, given).fetchall()
            found.append(len(steps) / _STEPS_A_ROW)
    return found


async def _counted_by_postgres(there: Large, statement: str, given: Any) -> float:
    """By what it tells after having run it, by the plan that it has for a large table."""
    async with there.database.write() as connection:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            await connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        told = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given)
        return _read(told.scalar_one()[0]["Plan"])


def _read(plan: dict[str, Any]) -> float:
    inner = sum(map(_read, plan.get("Plans", ())))
    if "Scan" not in plan["Node Type"]:
        return float(inner)
    removed = (number for name, number in plan.items() if name.startswith("Rows Removed by"))
    return float(inner + (plan["Actual Rows"] + sum(removed)) * plan["Actual Loops"])
