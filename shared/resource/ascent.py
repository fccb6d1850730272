"""What lies above an entity by decomposition, in one statement however many levels there are."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, MetaData, Select, Text, Uuid, bindparam, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import RECORDED
from shared.contracts.relations import DECOMPOSITION
from shared.resource.owner import Owner
from shared.storage.db import TEXT
from shared.storage.dialects import recursive

MOST_ABOVE = 10_000
_MOST_RIGHTS = 500
"""Of what somebody may own above a thing: more is no tree that anybody answers for."""


async def reaches(
    connection: AsyncConnection, owner: Owner, start: tuple[str, UUID], goal: tuple[str, UUID]
) -> bool | None:
    """Whether decomposition leads from the one up to the other inside this service, by links or by fields; None if
    there is more above than is looked at."""
    query = _reaches(owner.name, owner.metadata, connection.dialect.name)
    given = {"start_kind": start[0], "start_id": start[1], "goal_kind": goal[0], "goal_id": goal[1]}
    number, found = (await connection.execute(query, given)).one()
    return True if found else None if number > MOST_ABOVE else False


async def above(connection: AsyncConnection, owner: Owner, start: tuple[str, UUID]) -> list[tuple[str, UUID]]:
    """What lies above it, itself included; no more than are looked at."""
    query = _every(owner.name, owner.metadata, connection.dialect.name)
    rows = await connection.execute(query, {"start_kind": start[0], "start_id": start[1]})
    return [(row.kind, row.id) for row in rows]


@cache
def _every(service: str, metadata: MetaData, dialect: str) -> Select[Any]:
    return select(_above(service, metadata, dialect)).limit(_MOST_RIGHTS)


@cache
def _reaches(service: str, metadata: MetaData, dialect: str) -> Select[int, int]:
    """How many there are above, itself included, and how many of them are the goal."""
    above = _above(service, metadata, dialect)
    some = select(above).limit(MOST_ABOVE + 1).subquery()
    is_goal = (some.c.kind == bindparam("goal_kind")) & (some.c.id == bindparam("goal_id", type_=Uuid()))
    return select(func.count(), func.count().filter(is_goal)).select_from(some)


def _above(service: str, metadata: MetaData, dialect: str) -> CTE:
    kind, id = cast(bindparam("start_kind", type_=Text()), TEXT), bindparam("start_id", type_=Uuid())
    above = select(kind.label("kind"), id.label("id")).cte("above", recursive=True)
    return recursive(dialect, above, [*_links(above, metadata), *_fields(above, service, metadata)])


def _links(above: CTE, metadata: MetaData) -> list[Select[Any]]:
    link = metadata.tables.get("link")
    if link is None:
        return []
    ours = (link.c.source_kind == above.c.kind, link.c.source_id == above.c.id, link.c.state == "active")
    up = select(link.c.target_kind.label("kind"), link.c.target_id.label("id"))
    return [up.where(*ours, link.c.type.in_(sorted(DECOMPOSITION)))]


def _fields(above: CTE, service: str, metadata: MetaData) -> list[Select[Any]]:
    """A column for each field that decomposes: all of them hold the id of one kind."""
    steps = []
    for kind in RECORDED[service]:
        table = metadata.tables[kind.name]
        for reference in kind.references:
            if reference.relation in DECOMPOSITION:
                (target,), column = reference.kinds, table.c[reference.path]
                ours = (above.c.kind == kind.name, table.c.id == above.c.id, column.is_not(None))
                steps.append(select(cast(literal(target, Text()), TEXT).label("kind"), column.label("id")).where(*ours))
    return steps
