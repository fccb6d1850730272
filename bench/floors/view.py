"""The floor's reading service: a consumer that upserts, and a GET that waits for what it is asked for.

python -m bench.floors.view PORT DATABASE KAFKA TOPIC
"""

import asyncio
import contextlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI, Response

from bench.floors import projector

_NODE = "select state from node where ref = $1"
_RELATIONS = """select source, type, target, state from link left join node on ref = target where source = $1
union all
select source, type, target, state from link left join node on ref = source where target = $1"""


class View:
    def __init__(self) -> None:
        self.waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def follow(self, database: str, kafka: str, topic: str) -> None:
        connection = await asyncpg.connect(database)
        async with projector.consumer(kafka, topic) as client:
            while True:
                if found := await client.getmany(timeout_ms=1000, max_records=projector.BATCH):
                    self._tell(await projector.apply(connection, found))

    def _tell(self, refs: list[str]) -> None:
        for ref in refs:
            for event in self.waiting.pop(ref, ()):
                event.set()

    async def node(self, pool: Any, ref: str) -> str:
        """The state of a node, once it is there."""
        arrived = asyncio.Event()
        self.waiting[ref].add(arrived)  # before looking, so that none can slip in between
        while (state := await pool.fetchval(_NODE, ref)) is None:
            await arrived.wait()
        self._forget(ref, arrived)
        return str(state)

    def _forget(self, ref: str, event: asyncio.Event) -> None:
        self.waiting[ref].discard(event)
        if not self.waiting[ref]:
            del self.waiting[ref]


def app(database: str, kafka: str, topic: str) -> FastAPI:
    view = View()
    pool: Any = None

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        nonlocal pool
        pool = await asyncpg.create_pool(database, min_size=10, max_size=20)
        task = asyncio.create_task(view.follow(database, kafka, topic))
        yield
        task.cancel()
        await pool.close()

    served = FastAPI(lifespan=lifespan)

    @served.get("/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @served.get("/nodes/{kind}/{id}")
    async def node(kind: str, id: str) -> Response:
        ref = f"{kind}/{id}"
        state = await view.node(pool, ref)
        relations = [dict(row) for row in await pool.fetch(_RELATIONS, ref)]
        body = b'{"state":' + state.encode() + b',"relations":' + orjson.dumps(relations) + b"}"
        return Response(body, media_type="application/json")

    return served


if __name__ == "__main__":
    uvicorn.run(app(*sys.argv[2:]), port=int(sys.argv[1]), log_level="warning", access_log=False)
