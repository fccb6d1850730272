"""Packages of increments: what one would hold as things are, and under which an item was signed last."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Text, or_, select
from sqlalchemy import cast as cast_as

from services.strategy import freezing
from shared.contracts import NODE_KINDS
from shared.contracts.strategy.signing import Frozen, Increment
from shared.resource import store
from shared.resource.owner import Facts
from shared.resource.store import Unit
from shared.resource.tables import from_row

SIGNED = ("signed", "superseded")
_INCREMENT = NODE_KINDS["increment"]
_MOST = 100


async def as_it_is(unit: Unit, increment: Increment) -> list[Frozen]:
    """What would be frozen if it were submitted now."""
    known = await store.load_many(unit, ((item.kind, str(item.id)) for item in increment.items))
    outgoing = await store.links_from_each(unit, known)
    return freezing.package(increment, Facts(known=known, outgoing=outgoing))


async def signed_with(unit: Unit, *ids: str) -> list[Increment]:
    """The increments under which any of these was signed, newest first; at most a hundred."""
    table = unit.owner.table(_INCREMENT)
    named = or_(*(cast_as(table.c.package, Text).contains(id) for id in ids))
    query = select(table).where(table.c.state.in_(SIGNED), named).order_by(table.c.updated_at.desc(), table.c.id.desc())
    rows = (await unit.connection.execute(query.limit(_MOST))).mappings()
    return [cast(Increment, from_row(_INCREMENT, row)) for row in rows]


async def last_signed(unit: Unit, package: Sequence[Frozen], increment: Increment) -> dict[str, Frozen]:
    """What was signed of each item last, by ``kind/id``, under another increment than this one or a later one."""
    before: dict[str, Frozen] = {}
    ids = [str(item.id) for item in package]
    for other in await signed_with(unit, *ids) if ids else ():
        if other.id == increment.id:
            before.clear()  # what comes now was signed before it
            continue
        for frozen in other.package:
            before.setdefault(f"{frozen.kind}/{frozen.id}", frozen)
    return before
