"""Loads pieces of the graph: neighbourhoods with their past, and who a change can reach."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Select,
    Table,
    bindparam,
    case,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.graph import Edge, History, Node, Span
from services.alignment.judge.rules import CLIMBERS, LOOKS_INTO, READ_WHOLE
from services.alignment.models import EDGE, RECORD
from shared.arrays import any_of, chunks
from shared.db import MOMENT

# The statements of every batch are made once: putting them together costs more than running them.
_AT: BindParameter[int] = bindparam("at")
_SINCE = bindparam("since", type_=MOMENT)
_FOLLOWED = EDGE.c.type.in_(LOOKS_INTO)


_RELATION = [EDGE.c[name] for name in (
    "origin", "epoch", "version", "ordinal", "type", "source", "target", "holder", "field", "up", "live",
    "recorded_from", "recorded_to", "valid_from", "valid_to",
)]  # fmt: skip


def _climbs(ref: str) -> bool:
    return ref.partition("/")[0] in CLIMBERS


def _edges_recorded(*where: ColumnElement[bool]) -> Select[Any]:
    return select(*_RELATION).where(EDGE.c.generation == _AT, EDGE.c.recorded_to > _SINCE, *where)


_AROUND = union_all(
    _edges_recorded(any_of(EDGE.c.source, "refs")),
    _edges_recorded(any_of(EDGE.c.target, "refs"), _FOLLOWED),
    _edges_recorded(any_of(EDGE.c.holder, "refs")),
)
_ABOVE = union_all(
    _edges_recorded(any_of(EDGE.c.source, "refs"), EDGE.c.up == "source"),
    _edges_recorded(any_of(EDGE.c.target, "refs"), EDGE.c.up == "target"),
)
_COLUMNS = [RECORD.c[name] for name in (
    "ref", "version", "type", "state", "live", "deleted", "criticality", "recorded_from", "recorded_to", "valid_from",
    "valid_to",
)]  # fmt: skip
_WHOLE = case((RECORD.c.kind.in_(READ_WHOLE), RECORD.c.data)).label("data")
_NODES = select(*_COLUMNS, _WHOLE).where(
    RECORD.c.generation == _AT, RECORD.c.recorded_to > _SINCE, any_of(RECORD.c.ref, "refs")
)


async def load_history(connection: AsyncConnection, generation: int, subjects: list[str], since: datetime) -> History:
    """Everything that rules may look at for these subjects, as it was recorded from ``since`` on."""
    edges: dict[tuple[Any, ...], Edge] = {}

    async def take(query: Executable, refs: list[str]) -> list[Edge]:
        rows = await connection.execute(query, {"at": generation, "since": since, "refs": refs})
        found = {(row.origin, row.epoch, row.version, row.ordinal): _edge(row) for row in rows}
        fresh = [edge for key, edge in found.items() if key not in edges]
        edges.update(found)
        return fresh

    await take(_AROUND, subjects)
    seen = {ref for ref in subjects if _climbs(ref)}
    above = [edge for some in chunks(sorted(seen)) for edge in await take(_ABOVE, some)]
    above += [edge for edge in edges.values() if edge.up and edge.lower in seen]
    while frontier := {edge.upper for edge in above} - seen:
        seen |= frontier
        above = [edge for some in chunks(sorted(frontier)) for edge in await take(_ABOVE, some)]
    ends = {end for edge in edges.values() for end in (edge.source, edge.target)}
    nodes = await load_nodes(connection, generation, ends | set(subjects), since)
    return History(nodes, edges.values())


async def load_nodes(connection: AsyncConnection, generation: int, refs: Iterable[str], since: datetime) -> list[Node]:
    nodes: list[Node] = []
    for some in chunks(sorted(refs)):
        rows = await connection.execute(_NODES, {"at": generation, "since": since, "refs": some})
        nodes += [_node(row) for row in rows]
    return nodes


def _span(row: Any) -> Span:
    return Span(row.recorded_from, row.recorded_to, row.valid_from, row.valid_to)


def _node(row: Any) -> Node:
    return Node(
        row.ref, row.version, row.type, row.state, row.live, row.deleted, row.criticality, _span(row), row.data or {}
    )


def _edge(row: Any) -> Edge:
    return Edge(
        row.origin,
        row.type,
        row.source,
        row.target,
        row.holder,
        row.field is None,
        row.up,
        row.live,
        _span(row),
    )


def _ends(end: Any, *where: ColumnElement[bool]) -> Select[Any]:
    return select(end.label("ref")).where(EDGE.c.generation == _AT, EDGE.c.recorded_to >= _SINCE, *where)


_BELOW = union(
    _ends(EDGE.c.source, any_of(EDGE.c.target, "moved"), EDGE.c.up == "source"),
    _ends(EDGE.c.target, any_of(EDGE.c.source, "moved"), EDGE.c.up == "target"),
)
_BESIDE = union(
    _ends(EDGE.c.target, any_of(EDGE.c.source, "moved"), _FOLLOWED),
    _ends(EDGE.c.holder, any_of(EDGE.c.source, "appeared")),
    _ends(EDGE.c.holder, any_of(EDGE.c.target, "appeared")),
)


async def reached(
    connection: AsyncConnection, generation: int, moved: set[str], appeared: set[str], since: datetime
) -> set[str]:
    """Whose findings a change can touch.

    ``moved`` are entities whose standing changed (their state, validity or relations): their neighbours over relations
    that rules follow, and all below them. ``appeared`` came into being or went: all that point at them.
    """

    async def ends(query: Executable, **refs: list[str]) -> set[str]:
        return set((await connection.execute(query, {"at": generation, "since": since, **refs})).scalars())

    found = set(moved)
    for some in chunks(sorted(moved | appeared)):
        these = {"moved": [ref for ref in some if ref in moved], "appeared": [ref for ref in some if ref in appeared]}
        found |= await ends(_BESIDE, **these)
    # who is beside has to be looked below as well, if it is there: so these are kept apart
    below, waiting, hop = set(moved), set(moved), 0
    while waiting:
        lower = [await ends(_BELOW, moved=some) for some in chunks(sorted(waiting))]
        waiting = set().union(*lower) - below
        below |= waiting
        found |= waiting if hop == 0 else {ref for ref in waiting if _climbs(ref)}
        hop += 1
    return found


async def turning(
    connection: AsyncConnection, generation: int, after: datetime, until: datetime
) -> tuple[set[str], datetime | None]:
    """What begins or ceases to be valid in ``(after, until]``: the entities concerned, and the first such instant."""
    refs: set[str] = set()
    instants: list[datetime] = []
    for query in _TURNING:
        for begins, ends, *touched in await connection.execute(query, _span_of(generation, after, until)):
            refs.update(touched)
            instants += [instant for instant in (begins, ends) if instant and after < instant <= until]
    return refs, min(instants, default=None)


async def is_turning(connection: AsyncConnection, generation: int, after: datetime, until: datetime) -> bool:
    return (await connection.execute(_IS_TURNING, _span_of(generation, after, until))).scalar() is not None


def _span_of(generation: int, after: datetime, until: datetime) -> dict[str, Any]:
    return {"at": generation, "after": after, "until": until}


def _turns(table: Table, *columns: str) -> Select[Any]:
    """Rows of this generation, still recorded, whose validity begins or ends in the span."""
    after, until = bindparam("after", type_=MOMENT), bindparam("until", type_=MOMENT)
    due = or_(*((column > after) & (column <= until) for column in (table.c.valid_from, table.c.valid_to)))
    chosen = [table.c.valid_from, table.c.valid_to, *(table.c[name] for name in columns)]
    return select(*chosen).where(table.c.generation == bindparam("at"), table.c.recorded_to > after, due)


_TURNING = (_turns(RECORD, "ref"), _turns(EDGE, "source", "target"))
_IS_TURNING = select(literal(1)).where(or_(*(query.exists() for query in _TURNING)))
