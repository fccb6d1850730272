"""The floor of a view: nodes and links in bare tables, filled at once, and asked by one recursive statement."""

import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Any, Protocol

import asyncpg
import orjson

Pages = AsyncIterator[list[dict[str, Any]]]
_TABLES = """create table node (ref text, version bigint, state text);
create table link (source text, type text, target text, id text, version bigint);"""
_INDEXES = """create unique index node_ref on node (ref);
create unique index link_out on link (source, type, target);
create index link_in on link (target, type, source);"""
_HOPS = """with recursive reached(ref, depth) as (
select {first}, 0 union select {far}, depth + 1 from reached join link on {near} = ref where depth < 3)
select distinct ref from reached"""


def hops(end: str, first: str) -> str:
    """Whatever lies three relations away from an end, ``source`` or ``target``."""
    return _HOPS.format(first=first, near=end, far="target" if end == "source" else "source")


class Bare(Protocol):
    async def fill(self, pages: Pages) -> float:
        """The newest version of each; returns the seconds that it took beside the making of the pages."""
        ...

    async def ask(self, end: str, ref: str) -> int: ...

    async def add(self, link: tuple[str, str, str, str, int]) -> None: ...

    async def close(self) -> None: ...


async def _newest(pages: Pages) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], float]:
    nodes: dict[str, tuple[Any, ...]] = {}
    links: dict[str, tuple[Any, ...]] = {}
    took = 0.0
    async for page in pages:
        began = time.perf_counter()
        for event in page:
            state = event["data"]["state"]
            if state["kind"] == "link":
                ends = (f"{state[end]['kind']}/{state[end]['id']}" for end in ("source", "target"))
                source, target = ends
                links[state["id"]] = (source, state["type"], target, state["id"], state["version"])
            else:
                ref = f"{state['kind']}/{state['id']}"
                nodes[ref] = (ref, state["version"], orjson.dumps(state).decode())
        took += time.perf_counter() - began
    return list(nodes.values()), list(links.values()), took


class BareSqlite:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.executescript("pragma journal_mode=wal; pragma synchronous=full;")

    async def fill(self, pages: Pages) -> float:
        nodes, links, took = await _newest(pages)
        began = time.perf_counter()
        self.connection.executescript(_TABLES)
        self.connection.executemany("insert into node values (?, ?, ?)", nodes)
        self.connection.executemany("insert into link values (?, ?, ?, ?, ?)", links)
        self.connection.executescript(_INDEXES)
        self.connection.commit()
        return took + time.perf_counter() - began

    async def ask(self, end: str, ref: str) -> int:
        return len(self.connection.execute(hops(end, "?"), (ref,)).fetchall())

    async def add(self, link: tuple[str, str, str, str, int]) -> None:
        self.connection.execute("insert or replace into link values (?, ?, ?, ?, ?)", link)
        self.connection.commit()

    async def close(self) -> None:
        self.connection.close()


class BarePostgres:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def fill(self, pages: Pages) -> float:
        nodes, links, took = await _newest(pages)
        began = time.perf_counter()
        async with self.connection.transaction():
            await self.connection.execute(_TABLES)
            await self.connection.copy_records_to_table("node", records=nodes)
            await self.connection.copy_records_to_table("link", records=links)
            await self.connection.execute(_INDEXES)
        await self.connection.execute("analyze node; analyze link;")
        return took + time.perf_counter() - began

    async def ask(self, end: str, ref: str) -> int:
        return len(await self.connection.fetch(hops(end, "$1"), ref))

    async def add(self, link: tuple[str, str, str, str, int]) -> None:
        await self.connection.execute("insert into link values ($1, $2, $3, $4, $5)", *link)

    async def close(self) -> None:
        await self.connection.close()


async def bare(url: str, path: str) -> Bare:
    """Beside a database: a file for SQLite, other tables for PostgreSQL."""
    if url.startswith("sqlite"):
        return BareSqlite(path)
    return BarePostgres(await asyncpg.connect(url.replace("+asyncpg", "")))
