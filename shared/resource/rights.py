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
from shared.resource import store
from shared.resource.ascent import above
from shared.resource.store import Unit

_HOLDING = "assigned_as"
"""What somebody holds is theirs as much as what they are part of: no seat is its own, each is its role's."""
_UNDER = DECOMPOSITION | {_HOLDING}
"""Relations that put a thing under another one, for which both have to be somebody's."""
Place = tuple[str, UUID]


async def demand(unit: Unit, kind: Kind, old: Record | None, new: Record | None = None) -> None:
    """``old`` is what is there, and ``new`` what comes of it or is to be made; a link is its source's. Raises
    Forbidden."""
    state = cast(Record, old or new)
    scope, name = f"{unit.owner.name}:write", cast(Link, state).source.kind if kind.is_link else kind.name
    if unit.caller.may(scope, name):
        return
    if not unit.caller.may_own(scope, name):
        raise Forbidden(f"To write {_one(unit, name)} takes the scope {scope} or {scope}:{name}.", scope=scope)
    unit.alone()
    places = {*_places(kind, new)} - {*_places(kind, old)}
    if not await _is_owned(unit, kind, old, new, places):
        it = f"this {kind.name.replace('_', ' ')}{', or what it is put under,' if places else ''}"
        detail = f"You may write what you own, and what lies under that; {it} is not. Else it takes {scope}."
        raise Forbidden(detail, scope=scope)


def _one(unit: Unit, name: str) -> str:
    kind = unit.owner.kind(name)
    return kind.one if kind else name


async def _is_owned(unit: Unit, kind: Kind, old: Record | None, new: Record | None, places: set[Place]) -> bool:
    """Where it is, and the ``places`` where it comes to lie. What is to be made lies where it says, whoever is to own
    it; what lies nowhere has to be theirs itself."""
    state = cast(Record, old or new)
    if not all([await _is_theirs(unit, place) for place in places]):
        return False
    if kind.is_link:
        return any([await _is_theirs(unit, place) for place in await _of_source(unit, cast(Link, state))])
    if old:
        return any([await _is_theirs(unit, place) for place in _own(kind, old)])
    owner = getattr(state, "owner", None)
    return bool(places) or (owner is not None and f"{owner.kind}/{owner.id}" in unit.caller.owners)


def _places(kind: Kind, state: Record | None) -> Iterator[Place]:
    """What it lies under, as it says itself."""
    if isinstance(state, Link):
        if state.type in _UNDER and state.state == "active":
            yield state.target.kind, state.target.id
    elif state:
        yield from _begins(kind, state)
        for reference in kind.references:
            if reference.relation in _UNDER and (id := getattr(state, reference.path, None)):
                yield reference.kinds[0], id


def _begins(kind: Kind, state: Record) -> set[Place]:
    """Where what says a relation between two others begins: a hand-over at the activity that hands over."""
    return {(each.start[1], getattr(state, each.start[0])) for each in kind.references if each.start}


def _own(kind: Kind, state: Record) -> set[Place]:
    """Where it is asked whose it is: at the role that it is a seat of, else at itself or where it begins."""
    roles = {(each.kinds[0], getattr(state, each.path)) for each in kind.references if each.relation == _HOLDING}
    return roles or {(kind.name, state.id), *_begins(kind, state)}


async def _of_source(unit: Unit, link: Link) -> set[Place]:
    kind = unit.owner.kind(link.source.kind)
    state = kind and await store.load(unit, kind, link.source.id)
    return _own(kind, state) if kind and state else set()


async def _is_theirs(unit: Unit, place: Place) -> bool:
    """Whether the caller owns it, or something above it."""
    ids = defaultdict[str, list[UUID]](list)
    for name, id in await above(unit.connection, unit.owner, place):
        ids[name].append(id)
    return any([await _is_among(unit, name, some) for name, some in ids.items()])


async def _is_among(unit: Unit, name: str, ids: list[UUID]) -> bool:
    """Whether the caller owns one of these."""
    table = unit.owner.metadata.tables.get(name)
    owners = [ref.split("/", 1) for ref in sorted(unit.caller.owners)]
    if table is None or "owner_id" not in table.c or not owners:
        return False
    theirs = or_(*(and_(table.c.owner_kind == kind, table.c.owner_id == UUID(id)) for kind, id in owners))
    query = select(table.c.id).where(table.c.id.in_(ids), theirs).limit(1)
    return (await unit.connection.execute(query)).first() is not None
