"""The floor: the least that a durable pipeline can do. A row and its change in one transaction, a log, a view.

No validation, no lifecycle, no history, no findings, no authorization; the same server, the same database settings and
the same number of commits on the way as the platform has.
"""

import asyncio
import contextlib
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_TABLES = {
    "owner": (
        "entity (id text primary key, body text)",
        "change (n integer primary key, id text, body text, sent int)",
    ),
    "log": ("entry (n integer primary key, id text, body text)",),
    "view": ("node (id text primary key, body text)", "offset (n integer)"),
}


class Floor:
    """Three SQLite files and one task that carries changes from the first over the second to the third."""

    def __init__(self, home: Path) -> None:
        self.files = {name: _open(home / f"{name}.sqlite", tables) for name, tables in _TABLES.items()}
        self.new = asyncio.Event()
        self.moved = asyncio.Condition()
        self.lock = asyncio.Lock()

    async def write(self, request: Request) -> Response:
        body = json.loads(await request.body())
        id = str(uuid4())
        text = json.dumps(body)
        async with self.lock:
            await asyncio.to_thread(self._insert, id, text)
        self.new.set()
        return Response(json.dumps({"id": id}), 201, media_type="application/json")

    def _insert(self, id: str, text: str) -> None:
        with _transaction(self.files["owner"]) as owner:
            owner.execute("insert into entity values (?, ?)", (id, text))
            owner.execute("insert into change (id, body, sent) values (?, ?, 0)", (id, text))

    async def read(self, request: Request) -> Response:
        """Waits until the view has it."""
        id = request.path_params["id"]
        async with self.moved:
            while not (row := self.files["view"].execute("select body from node where id = ?", (id,)).fetchone()):
                await self.moved.wait()
        return Response(row[0], media_type="application/json")

    async def carry(self) -> None:
        while True:
            await self.new.wait()
            self.new.clear()
            async with self.lock:
                rows = await asyncio.to_thread(self._carry)
            if rows:
                async with self.moved:
                    self.moved.notify_all()

    def _carry(self) -> int:
        owner, log, view = (self.files[name] for name in ("owner", "log", "view"))
        rows = owner.execute("select n, id, body from change where sent = 0 order by n limit 500").fetchall()
        with _transaction(log):
            log.executemany("insert into entry (id, body) values (?, ?)", [row[1:] for row in rows])
        with _transaction(view):
            view.executemany("insert or replace into node values (?, ?)", [row[1:] for row in rows])
        with _transaction(owner):
            owner.executemany("update change set sent = 1 where n = ?", [row[:1] for row in rows])
        return len(rows)


def _open(path: Path, tables: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    for table in tables:
        connection.execute(f"create table {table}")
    return connection


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("begin immediate")
    yield connection
    connection.execute("commit")


def app(home: Path) -> Starlette:
    floor = Floor(home)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(floor.carry())
        yield
        task.cancel()

    routes = [Route("/entities", floor.write, methods=["POST"]), Route("/nodes/{id}", floor.read)]
    return Starlette(routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(app(Path(sys.argv[1])), port=int(sys.argv[2]), log_level="warning", access_log=False)
