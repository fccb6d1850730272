"""Loads pieces of the graph: neighbourhoods with their past, and who a change can reach."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, bindparam, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.graph import Edge, History, Node, Span
from services.alignment.models import EDGE, RECORD
from services.alignment.rules import LOOKS_INTO
from shared.db import MOMENT

_CHUNK = 500
Item = TypeVar("Item")


def chunks(items: Sequence[Item], size: int = _CHUNK) -> Iterator[list[Item]]:
    """Pieces small enough for one statement on both databases."""
    return (list(items[start : start + size]) for start in range(0, len(items), size))


async def load_history(connection: AsyncConnection, generation: int, subjects: list[str], since: datetime) -> History:
    """Everything that rules may look at for these subjects, as it was recorded from ``since`` on."""
    edges: dict[tuple[Any, ...], Edge] = {}

    async def take(*where: ColumnElement[bool]) -> list[Edge]:
        query = select(EDGE).where(EDGE.c.generation == generation, EDGE.c.recorded_to > since, *where)
        rows = (await connection.execute(query)).all()
        found = {(row.origin, row.epoch, row.version, row.ordinal): _edge(row) for row in rows}
        fresh = [edge for key, edge in found.items() if key not in edges]
        edges.update(found)
        return fresh

    above = await take(EDGE.c.source.in_(subjects))
    await take(EDGE.c.target.in_(subjects), EDGE.c.type.in_(LOOKS_INTO))
    await take(EDGE.c.holder.in_(subjects))
    seen = set(subjects)
    while frontier := {edge.target for edge in above if edge.justifies} - seen:
        seen |= frontier
        above = [
            edge for some in chunks(sorted(frontier)) for edge in await take(EDGE.c.source.in_(some), EDGE.c.justifies)
        ]
    ends = {end for edge in edges.values() for end in (edge.source, edge.target)}
    nodes = await load_nodes(connection, generation, ends | set(subjects), since)
    return History(nodes, edges.values())


async def load_nodes(connection: AsyncConnection, generation: int, refs: Iterable[str], since: datetime) -> list[Node]:
    nodes: list[Node] = []
    for some in chunks(sorted(refs)):
        query = select(RECORD).where(
            RECORD.c.generation == generation, RECORD.c.ref.in_(some), RECORD.c.recorded_to > since
        )
        nodes += [_node(row) for row in await connection.execute(query)]
    return nodes


def _span(row: Any) -> Span:
    return Span(row.recorded_from, row.recorded_to, row.valid_from, row.valid_to)


def _node(row: Any) -> Node:
    return Node(row.ref, row.version, row.type, row.state, row.live, row.deleted, row.criticality, _span(row), row.data)


def _edge(row: Any) -> Edge:
    return Edge(
        row.origin,
        row.type,
        row.source,
        row.target,
        row.holder,
        row.field is None,
        row.justifies,
        row.live,
        _span(row),
    )


async def reached(
    connection: AsyncConnection, generation: int, moved: set[str], appeared: set[str], since: datetime
) -> set[str]:
    """Whose findings a change can touch.

    ``moved`` are entities whose standing changed (their state, validity or relations): their neighbours over relations
    that rules follow, and all below them. ``appeared`` came into being or went: all that point at them.
    """
    found = set(moved)
    for some in chunks(sorted(moved)):
        found |= await _ends(connection, generation, since, EDGE.c.target, EDGE.c.source.in_(some), _FOLLOWED)
    for some in chunks(sorted(appeared)):
        for end in (EDGE.c.source, EDGE.c.target):
            found |= await _ends(connection, generation, since, EDGE.c.holder, end.in_(some))
    waiting = set(moved)
    while waiting:
        below: set[str] = set()
        for some in chunks(sorted(waiting)):
            below |= await _ends(
                connection, generation, since, EDGE.c.source, EDGE.c.target.in_(some), EDGE.c.justifies
            )
        waiting = below - found
        found |= below
    return found


_FOLLOWED = EDGE.c.type.in_(LOOKS_INTO)


async def _ends(
    connection: AsyncConnection, generation: int, since: datetime, end: Any, *where: ColumnElement[bool]
) -> set[str]:
    query: Select[Any] = select(end).distinct()
    query = query.where(EDGE.c.generation == generation, EDGE.c.recorded_to >= since, *where)
    return set((await connection.execute(query)).scalars())


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
