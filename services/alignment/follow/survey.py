"""Looks at everything at once, for what no single change can show: names that are taken twice, circles, depth."""

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.follow import storing
from services.alignment.follow.work import Work
from services.alignment.judge.ends import of_types
from services.alignment.judge.graph import Graph
from services.alignment.judge.survey import survey as ask
from services.alignment.judge.whole import Besides, plain
from services.alignment.models import EDGE, GENERATION, RECORD
from services.alignment.queries.signed import drifted
from services.alignment.queries.snapshot import Moment
from shared.clock import FOREVER
from shared.storage.arrays import any_of, chunks
from shared.storage.dialects import take_time

_PAGE = 1_000
_AT: BindParameter[int] = bindparam("at")
_NAMES = select(RECORD.c.ref, RECORD.c.kind, RECORD.c.name).where(
    RECORD.c.generation == _AT,
    RECORD.c.recorded_to == FOREVER,
    RECORD.c.kind != "link",
    RECORD.c.live.is_(True),
    RECORD.c.name.is_not(None),
)

_DOUBTED = select(EDGE.c.origin, EDGE.c.confidence).where(
    EDGE.c.generation == _AT, EDGE.c.recorded_to == FOREVER, EDGE.c.confidence < 1
)
_LINKS = select(RECORD.c.ref, RECORD.c.data).where(
    RECORD.c.generation == _AT, RECORD.c.recorded_to == FOREVER, any_of(RECORD.c.ref, "refs")
)


async def survey(work: Work) -> None:
    """Ask the rules about the whole view, in a thread; what they find holds from the newest instant that is judged."""
    judge = work.judge
    if judge.until is None:
        return
    await take_time(work.connection)
    besides = await _besides(work.connection, work.generation, judge.graph, judge.until)
    await asyncio.to_thread(ask, judge, besides)
    work.add(*storing.findings(work.generation, judge.flush()))
    await work.write()
    mine = update(GENERATION).where(GENERATION.c.number == work.generation)
    await work.connection.execute(mine.values(surveyed_until=judge.until))


async def _besides(connection: AsyncConnection, generation: int, graph: Graph, at: datetime) -> Besides:
    doubted = await connection.execute(_DOUBTED, {"at": generation})
    confidence: dict[str, float] = {row.origin: row.confidence for row in doubted}
    influences = await asyncio.to_thread(_influences, graph)
    opposed = set[str]()
    for some in chunks(sorted(influences)):
        rows = await connection.execute(_LINKS, {"at": generation, "refs": some})
        opposed |= {row.ref for row in rows if row.data.get("sign") == "negative" and not row.data.get("rationale")}
    names = await _taken_twice(connection, generation)
    return Besides(names, confidence, frozenset(opposed), await drifted(Moment(connection, generation, None, at, {})))


def _influences(graph: Graph) -> set[str]:
    """The links between objectives."""
    objectives = (node for node in graph.nodes.values() if node.kind == "objective" and node.live)
    edges = (edge for node in objectives for edge in of_types(node.out, ("influences",)))
    return {edge.origin for edge in edges if edge.active and edge.is_link and edge.target.kind == "objective"}


async def _taken_twice(connection: AsyncConnection, generation: int) -> dict[str, str]:
    """The plain names of those that share theirs with others of their kind."""
    first: dict[tuple[str, str], str] = {}
    names: dict[str, str] = {}
    result = await connection.stream(_NAMES, {"at": generation})
    async for rows in result.partitions(_PAGE):
        for ref, kind, name in rows:
            _note(first, names, ref, kind, plain(name))
    return names


def _note(first: dict[tuple[str, str], Any], names: dict[str, str], ref: str, kind: str, name: str) -> None:
    known = first.setdefault((kind, name), ref)
    if known != ref:
        names[known] = names[ref] = name
