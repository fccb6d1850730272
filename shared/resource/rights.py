"""Whether somebody may write a thing: all of a service, what is of a kind, or what they own and lies under that."""

from collections import defaultdict
from collections.abc import Iterator
from typing import cast
from uuid import UUID

from sqlalchemy import and_, or_, select

from shared.contracts.base import Kind, Record
from shared.contracts.link import Link
from shared.contracts.relations import DECOMPOSITION
from shared.errors import Forbidden
from shared.resource.ascent import above
from shared.resource.store import Unit


async def demand(unit: Unit, kind: Kind, state: Record, *, new: bool = False) -> None:
    """``state`` is what is there, or what is to be made; a link is its source's. Raises Forbidden."""
    scope, name = f"{unit.owner.name}:write", cast(Link, state).source.kind if kind.is_link else kind.name
    if unit.caller.may(scope, name):
        return
    if not unit.caller.may_own(scope, name):
        raise Forbidden(f"To write {_one(unit, name)} takes the scope {scope} or {scope}:{name}.", scope=scope)
    unit.alone()
    if not await _is_owned(unit, kind, state, new=new):
        detail = (
            f"You may write what you own, and what lies under that; this {kind.name} is not. Else it takes {scope}."
        )
        raise Forbidden(detail, scope=scope)


def _one(unit: Unit, name: str) -> str:
    kind = unit.owner.kind(name)
    return kind.one if kind else name


async def _is_owned(unit: Unit, kind: Kind, state: Record, *, new: bool) -> bool:
    """A thing that is to be made is a part of somebody's, where it is a part of anything, whoever is to own it."""
    parents = [] if kind.is_link or not new else [*_parents(kind, state)]
    owner = getattr(state, "owner", None)
    if owner is not None and f"{owner.kind}/{owner.id}" in unit.caller.owners and not parents:
        return True
    for start in parents or [_itself(kind, state)]:
        places = defaultdict[str, list[UUID]](list)
        for name, id in await above(unit.connection, unit.owner, start):
            places[name].append(id)
        for name, ids in places.items():
            if await _is_among(unit, name, ids):
                return True
    return False


def _itself(kind: Kind, state: Record) -> tuple[str, UUID]:
    if not kind.is_link:
        return kind.name, state.id
    source = cast(Link, state).source
    return source.kind, source.id


def _parents(kind: Kind, state: Record) -> Iterator[tuple[str, UUID]]:
    for reference in kind.references:
        if reference.relation in DECOMPOSITION and (id := getattr(state, reference.path, None)):
            yield reference.kinds[0], id


async def _is_among(unit: Unit, name: str, ids: list[UUID]) -> bool:
    """Whether the caller owns one of these."""
    table = unit.owner.metadata.tables.get(name)
    owners = [ref.split("/", 1) for ref in sorted(unit.caller.owners)]
    if table is None or "owner_id" not in table.c or not owners:
        return False
    theirs = or_(*(and_(table.c.owner_kind == kind, table.c.owner_id == UUID(id)) for kind, id in owners))
    query = select(table.c.id).where(table.c.id.in_(ids), theirs).limit(1)
    return (await unit.connection.execute(query)).first() is not None
