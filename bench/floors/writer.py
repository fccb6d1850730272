"""The floor's writing service: POST, two inserts in one transaction, and a relay that is woken after the commit.

    python -m bench.floors.writer PORT DATABASE [KAFKA TOPIC]

Without Kafka it only writes: that is what a write costs by itself.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from bench.floors.bare import application
from bench.floors.outbox import Relay

_ENTITY = "insert into entity (id, body) values ($1, $2)"
_CHANGE = "insert into outbox (key, payload) values ($1, $2)"


class Tactic(BaseModel):
    name: str
    description: str


def app(database: str, kafka: str | None, topic: str) -> FastAPI:
    relay = Relay(topic)
    pool: Any = None

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        nonlocal pool
        pool = await asyncpg.create_pool(database, min_size=10, max_size=20)
        task = asyncio.create_task(relay.run(database, kafka)) if kafka else None
        yield
        if task:
            task.cancel()
        await pool.close()

    served = application(lifespan)

    @served.post("/tactics", status_code=201)
    async def create(body: Tactic) -> dict[str, str]:
        id = uuid4()
        payload = event(str(id), body)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(_ENTITY, id, body.model_dump_json())
            await connection.execute(_CHANGE, f"tactic:{id}", payload)
        relay.new.set()
        return {"id": str(id)}

    return served


def event(id: str, body: Tactic) -> str:
    """A document in the shape of the platform's, so that one floor projector reads both."""
    state = {"id": id, "kind": "tactic", "version": 1, "name": body.name, "description": body.description}
    now = datetime.now(UTC).isoformat()
    return orjson.dumps({"id": f"tactic:{id}:1.1", "time": now, "data": {"state": state}}).decode()


if __name__ == "__main__":
    port, url, *bus = sys.argv[1:]
    served = app(url, bus[0] if bus else None, bus[1] if bus else "")
    uvicorn.run(served, port=int(port), log_level="warning", access_log=False)
