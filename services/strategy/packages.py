"""Packages of increments: what one would hold as things are, and under which an item was signed last."""

from collections.abc import Iterable, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, Text, func, literal, select, tuple_
from sqlalchemy import cast as cast_as

from services.strategy import freezing
from services.strategy.freezing import OPEN
from services.strategy.models import SignedItem
from shared.contracts import NODE_KINDS
from shared.contracts.base import Ref
from shared.contracts.strategy.signing import Frozen, Increment
from shared.resource import store
from shared.resource.store import Unit
from shared.rules import Facts
from shared.storage.db import MOMENT

SIGNED = ("signed", "superseded")
_INCREMENT = NODE_KINDS["increment"]
_ITEM = cast(Table, SignedItem.__table__)
_MOST = 100
_WHEN = _ITEM.c.at, _ITEM.c.increment_id
_NEWEST = [column.desc() for column in _WHEN]
_NTH = func.row_number().over(partition_by=(_ITEM.c.kind, _ITEM.c.id), order_by=_NEWEST).label("nth")


async def as_it_is(unit: Unit, increment: Increment, items: Iterable[Ref]) -> list[Frozen]:
    """What would be frozen of some of its items if it were submitted now."""
    known = await store.load_many(unit, ((item.kind, str(item.id)) for item in items))
    outgoing = await store.links_from_each(unit, known)
    return freezing.package(increment, Facts(known=known, outgoing=outgoing))


async def signed_with(unit: Unit, *refs: tuple[str, UUID]) -> list[Increment]:
    """The increments under which any of these was signed, newest first; at most a hundred."""
    named = tuple_(_ITEM.c.kind, _ITEM.c.id).in_(refs)
    newest = func.max(_ITEM.c.at).desc(), _ITEM.c.increment_id.desc()
    query = select(_ITEM.c.increment_id).where(named).group_by(_ITEM.c.increment_id).order_by(*newest).limit(_MOST)
    order = [str(id) for id in (await unit.connection.execute(query)).scalars()]
    found = await store.load_many(unit, (("increment", id) for id in order))
    return [cast(Increment, found[ref]) for id in order if (ref := f"increment/{id}") in found]


async def note_signed(unit: Unit, increment: Increment) -> None:
    """Remember under which increment its items were signed, in the transaction that signs it."""
    rows = [
        {"kind": item.kind, "id": item.id, "increment_id": increment.id, "at": unit.now} for item in increment.package
    ]
    await unit.connection.execute(_ITEM.insert(), rows)


async def holder(unit: Unit, kind: str, id: UUID) -> str | None:
    """The key of a submitted or signed increment that holds something, if one does."""
    if signed := await signed_with(unit, (kind, id)):
        return signed[0].key
    table = unit.owner.table(_INCREMENT)
    mentioned = cast_as(table.c.package, Text).contains(str(id))
    rows = await unit.connection.execute(select(table.c.key, table.c.package).where(table.c.state.in_(OPEN), mentioned))
    return next((key for key, items in rows if any((i["kind"], i["id"]) == (kind, str(id)) for i in items)), None)


async def last_signed(unit: Unit, package: Sequence[Frozen], increment: Increment) -> dict[str, Frozen]:
    """What was signed of each item last, by ``kind/id``, under another increment than this one or a later one."""
    if not package:
        return {}
    refs = tuple_(_ITEM.c.kind, _ITEM.c.id).in_([(item.kind, item.id) for item in package])
    earlier = select(_ITEM.c.kind, _ITEM.c.id, _ITEM.c.increment_id, _NTH).where(refs)
    first = {"kind": package[0].kind, "id": package[0].id, "increment_id": increment.id}
    mine = select(_ITEM.c.at).where(*(_ITEM.c[name] == value for name, value in first.items()))
    if (signed_at := (await unit.connection.execute(mine)).scalar()) is not None:
        earlier = earlier.where(tuple_(*_WHEN) < tuple_(literal(signed_at, MOMENT), literal(increment.id)))
    last = earlier.subquery()
    query = select(last.c.kind, last.c.id, last.c.increment_id).where(last.c.nth == 1)
    found = (await unit.connection.execute(query)).all()
    under = await store.load_many(unit, {("increment", str(row.increment_id)) for row in found})
    return {
        f"{row.kind}/{row.id}": frozen
        for row in found
        for frozen in cast(Increment, under[f"increment/{row.increment_id}"]).package
        if (frozen.kind, frozen.id) == (row.kind, row.id)
    }
