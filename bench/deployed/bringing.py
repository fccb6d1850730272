"""Many writes at once, beside a bare COPY of the rows that they come to, into tables of the same shape."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bench.deployed.sides import Platform
from bench.deployed.world import connect
from bench.table import Round

_LINES = 4_000
_A_REQUEST = 2_000
_TABLES = ("tactic", "link", "change")


async def measure(platform: Platform) -> Round:
    """Lines a second of ``POST /bulk``, half of them tactics and half of them links, and of COPY."""
    client = platform.client("strategy")
    lines = [*_lines((await client.post("/strategy/v1/objectives", {"name": "Brought in"})).demand(201).id)]
    began = time.perf_counter()
    for start in range(0, _LINES, _A_REQUEST):
        answer = await client.post_lines("/strategy/v1/bulk", lines[start : start + _A_REQUEST])
        if answer.demand(200).body.count(b'"status":201') != _A_REQUEST:
            raise RuntimeError(f"lines were refused: {answer.body[:500]!r}")
    ours = _LINES / (time.perf_counter() - began)
    client.close()
    return {"bulk lines/s (COPY)": (ours, await _copied(platform))}


def _lines(objective: str) -> Iterator[dict[str, Any]]:
    for _ in range(_LINES // 2):
        tactic = str(uuid4())
        yield {"kind": "tactic", "id": tactic, "body": {"name": f"Tactic {tactic}", "description": "x" * 200}}
        ends = {"source": {"kind": "tactic", "id": tactic}, "target": {"kind": "objective", "id": objective}}
        yield {"kind": "link", "id": str(uuid4()), "body": {"type": "realizes", **ends}}


async def _copied(platform: Platform) -> float:
    """The newest rows of each table, with its indexes; a line is a row of its own and one of the change table."""
    database = await connect(platform.databases.replace("{service}", "strategy"))
    halves = {"tactic": _LINES // 2, "link": _LINES // 2, "change": _LINES}
    rows: dict[str, list[Any]] = {}
    for table, most in halves.items():
        order = "sequence" if table == "change" else "created_at"
        rows[table] = await database.fetch(f"select * from {table} order by {order} desc limit {most}")
        await database.execute(f"create table bare_{table} (like {table} including all)")
    began = time.perf_counter()
    async with database.transaction():
        for table in _TABLES:
            await database.copy_records_to_table(f"bare_{table}", records=rows[table])
    took = time.perf_counter() - began
    await database.close()
    return _LINES / took
