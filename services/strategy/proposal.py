"""The next slice that could be signed: what has been proposed and waits, parents before children, no more than a
sitting bears."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from services.strategy.freezing import OPEN
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind, State
from shared.contracts.relations import RELATIONS
from shared.resource import store
from shared.resource.store import Unit
from shared.resource.tables import from_row

_LOOKED_AT = 500
_SIGNABLE = [
    kind
    for kind in NODE_KINDS.values()
    if kind.signed_as and kind.signed_as in kind.lifecycle.moves.get("proposed", ())
]
Waiting = dict[str, State]
Parents = Mapping[str, set[str]]


async def propose(unit: Unit, most: int) -> dict[str, Any]:
    """``items`` make the next increment; ``waiting`` counts what else is proposed; ``blocked`` names what rests on
    something that is neither live nor proposed, and what that is."""
    held = await _held(unit)
    waiting = {ref: state for ref, state in (await _proposed(unit)).items() if ref not in held}
    parents = {ref: await _parents(unit, state) for ref, state in waiting.items()}
    unfit = await _unfit(unit, {parent for above in parents.values() for parent in above} - waiting.keys())
    order, blocked = _ordered(waiting, parents, unfit)
    return {
        "items": [_told(waiting[ref]) for ref in order[:most]],
        "waiting": len(order[most:]),
        "blocked": [_told(waiting[ref]) | {"by": sorted(parents[ref] & unfit)} for ref in blocked],
    }


def _told(state: State) -> dict[str, Any]:
    return {"kind": state.kind, "id": str(state.id), "key": state.key, "name": state.name, "version": state.version}


async def _proposed(unit: Unit) -> Waiting:
    found: Waiting = {}
    for kind in _SIGNABLE:
        table = unit.owner.table(kind)
        query = select(table).where(table.c.state == "proposed").order_by(table.c.updated_at, table.c.id)
        rows = await unit.connection.execute(query.limit(_LOOKED_AT))
        found |= {f"{kind.name}/{row['id']}": _state(kind, row) for row in rows.mappings()}
    return found


def _state(kind: Kind, row: Any) -> Any:
    return from_row(kind, row)


async def _held(unit: Unit) -> set[str]:
    """What is in somebody's hands already."""
    table = unit.owner.table(NODE_KINDS["increment"])
    rows = await unit.connection.execute(select(table.c["items"]).where(table.c.state.in_(OPEN)))
    return {f"{item['kind']}/{item['id']}" for items in rows.scalars() for item in items}


async def _parents(unit: Unit, state: State) -> set[str]:
    """What it leads up to within this service, by its fields and its links."""
    kind = NODE_KINDS[state.kind]
    dumped = state.model_dump(mode="json")
    up = [reference for reference in kind.references if RELATIONS[reference.relation].justifies]
    found = {f"{name}/{id}" for reference in up for _, name, id in reference.targets(dumped)}
    justifying = [relation.name for relation in RELATIONS.values() if relation.justifies]
    links = await store.links_from(unit, kind.name, state.id, justifying)
    found |= {str(link.target) for link in links}
    return {ref for ref in found if unit.owner.kind(ref.partition("/")[0])}


async def _unfit(unit: Unit, refs: Iterable[str]) -> set[str]:
    """Those of them that are not live: nothing can be signed that rests on them."""
    wanted = set(refs)
    pairs = [(kind, id) for kind, _, id in (ref.partition("/") for ref in wanted)]
    found = await store.load_many(unit, pairs)
    live = {ref for ref, state in found.items() if NODE_KINDS[state.kind].is_live(state.state)}
    return wanted - live


def _ordered(waiting: Waiting, parents: Parents, unfit: set[str]) -> tuple[list[str], list[str]]:
    """Parents before children, oldest first among equals; and what has to wait for a parent."""
    order: list[str] = []
    left = list(waiting)
    while ready := [ref for ref in left if not parents[ref] & unfit and parents[ref] & waiting.keys() <= set(order)]:
        order += ready
        left = [ref for ref in left if ref not in ready]
    return order, left
