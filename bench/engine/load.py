"""How long the present of a view takes to load, and how much memory it needs.

    python -m bench.engine.load DATABASE_URL

Prints one JSON document: ``seconds`` for 100,000 links, ``kib`` a link, nodes and open findings included.
"""

import asyncio
import gc
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from services.alignment.judge import present
from services.alignment.models import GENERATION
from shared.storage.db import Database


def _resident() -> float:
    """KiB of this process that are in memory."""
    return float(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])


async def main(url: str) -> dict[str, float]:
    database = Database(url)
    async with database.write() as connection:
        generation = (await connection.execute(select(func.max(GENERATION.c.number)))).scalar_one()
        before, began = _resident(), time.perf_counter()
        judge = await present.load(connection, generation, timedelta(seconds=60))
        took = time.perf_counter() - began
    gc.collect()
    links = len(judge.graph.links)
    await database.close()
    return {"seconds": took / links * 100_000, "kib": (_resident() - before) / links}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1]))))
