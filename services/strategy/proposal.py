"""The next slice that could be signed: what has been proposed and waits, parents before children, no more than a
sitting bears."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from services.strategy.freezing import OPEN
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind
from shared.contracts.relations import UP
from shared.resource.store import Unit

LOOKED_AT, MOST_LINKS, MOST_BLOCKED = 500, 50_000, 100
"""Of a kind, of those that lead up, and of those that are named: what keeps one back is named ten times at most."""
_NAMED, _CHUNK = 10, 500
_SIGNABLE = [
    kind
    for kind in NODE_KINDS.values()
    if kind.signed_as and kind.signed_as in kind.lifecycle.moves.get("proposed", ())
]
_JUSTIFYING = UP["source"]
Waiting = Mapping[str, dict[str, Any]]
"""What is told of each that waits, by reference; the longest first, kind by kind."""
Parents = Mapping[str, set[str]]


async def propose(unit: Unit, most: int) -> dict[str, Any]:
    """``items`` make the next increment; ``waiting`` counts what else is proposed; ``blocked`` names what rests on
    something that is neither live nor proposed, and what that is, and ``hidden`` counts what of that is not named.
    ``cut`` says that not everything that waits was looked at."""
    held = await _held(unit)
    waiting: dict[str, dict[str, Any]] = {}
    parents: defaultdict[str, set[str]] = defaultdict(set)
    cut = False
    for kind in _SIGNABLE:
        rows = await _proposed(unit, kind)
        cut |= len(rows) > LOOKED_AT
        for row in rows[:LOOKED_AT]:
            ref = f"{kind.name}/{row.id}"
            if ref not in held:
                waiting[ref] = _told(kind, row)
                parents[ref] |= set(_in_fields(kind, row))
    cut |= await _add_linked(unit, waiting, parents)
    unfit = await _unfit(unit, {parent for above in parents.values() for parent in above} - waiting.keys())
    order, blocked = ordered(list(waiting), parents, unfit)
    named = [{**waiting[ref], "by": sorted(parents[ref] & unfit)[:_NAMED]} for ref in blocked[:MOST_BLOCKED]]
    return {
        "items": [waiting[ref] for ref in order[:most]],
        "waiting": len(order[most:]),
        "blocked": named,
        "hidden": len(blocked) - len(named),
        "cut": cut,
    }


def _told(kind: Kind, row: Any) -> dict[str, Any]:
    return {"kind": kind.name, "id": str(row.id), "key": row.key, "name": row.name, "version": row.version}


async def _proposed(unit: Unit, kind: Kind) -> Sequence[Any]:
    """Only what is told of them and what they lead up to: all that they say may be large."""
    table = unit.owner.table(kind)
    columns = [table.c[name] for name in ("id", "key", "name", "version", *_fields(kind))]
    query = select(*columns).where(table.c.state == "proposed").order_by(table.c.updated_at, table.c.id)
    return (await unit.connection.execute(query.limit(LOOKED_AT + 1))).all()


def _fields(kind: Kind) -> dict[str, str]:
    """The columns that lead up, and to which kind: in strategy each holds one id."""
    return {each.path: each.kinds[0] for each in kind.references if each.relation in _JUSTIFYING}


def _in_fields(kind: Kind, row: Any) -> Iterator[str]:
    yield from (f"{name}/{id}" for path, name in _fields(kind).items() if (id := getattr(row, path)))


async def _held(unit: Unit) -> set[str]:
    """What is in somebody's hands already."""
    table = unit.owner.table(NODE_KINDS["increment"])
    rows = await unit.connection.execute(select(table.c["items"]).where(table.c.state.in_(OPEN)))
    return {f"{item['kind']}/{item['id']}" for items in rows.scalars() for item in items}


async def _add_linked(unit: Unit, waiting: Waiting, parents: defaultdict[str, set[str]]) -> bool:
    """What they lead up to within this service by links; says whether there are more than are looked at."""
    assert unit.owner.links
    link, left = unit.owner.table(unit.owner.links), MOST_LINKS
    for some in _chunks([UUID(each["id"]) for each in waiting.values()]):
        ours = (link.c.source_id.in_(some), link.c.state == "active", link.c.type.in_(_JUSTIFYING))
        query = select(link.c.source_kind, link.c.source_id, link.c.target_kind, link.c.target_id).where(*ours)
        rows = (await unit.connection.execute(query.limit(left + 1))).all()
        for row in rows[:left]:
            if unit.owner.kind(row.target_kind):
                parents[f"{row.source_kind}/{row.source_id}"].add(f"{row.target_kind}/{row.target_id}")
        if len(rows) > left:
            return True
        left -= len(rows)
    return False


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


async def _unfit(unit: Unit, refs: Iterable[str]) -> set[str]:
    """Those of them that are not live: nothing can be signed that rests on them."""
    by_kind: defaultdict[str, list[UUID]] = defaultdict(list)
    for ref in refs:
        name, _, id = ref.partition("/")
        by_kind[name].append(UUID(id))
    unfit: set[str] = set()
    for name, ids in by_kind.items():
        kind = NODE_KINDS[name]
        live = await _live(unit, unit.owner.table(kind), kind, ids)
        unfit |= {f"{name}/{id}" for id in ids if id not in live}
    return unfit


async def _live(unit: Unit, table: Table, kind: Kind, ids: Sequence[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for some in _chunks(ids):
        query = select(table.c.id).where(table.c.id.in_(some), table.c.state.in_(sorted(kind.lifecycle.live)))
        found |= set((await unit.connection.execute(query)).scalars())
    return found


def ordered(refs: Sequence[str], parents: Parents, unfit: set[str]) -> tuple[list[str], list[str]]:
    """Parents before children, otherwise in the order in which they come; and what has to wait for a parent.

    Level by level, and each relation is looked at once.
    """
    place = {ref: number for number, ref in enumerate(refs)}
    children: defaultdict[str, list[str]] = defaultdict(list)
    missing: dict[str, int] = {}
    for ref in refs:
        above = [parent for parent in parents.get(ref, ()) if parent in place]
        missing[ref] = len(above) + (1 if parents.get(ref, set()) & unfit else 0)
        for parent in above:
            children[parent].append(ref)
    order: list[str] = []
    level = [ref for ref in refs if not missing[ref]]
    while level:
        order += level
        following: list[str] = []
        for child in (child for ref in level for child in children[ref]):
            missing[child] -= 1
            following += [] if missing[child] else [child]
        level = sorted(following, key=place.__getitem__)
    return order, [ref for ref in refs if missing[ref]]
