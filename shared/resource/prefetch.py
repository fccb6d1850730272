"""What the rules of many writes look at, read at once: as far as that can be told before the rules are asked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import naming
from shared.contracts.base import Kind
from shared.resource import statements
from shared.resource.batch import Batch
from shared.resource.owner import Owner
from shared.resource.tables import from_row


@dataclass(frozen=True)
class Item:
    """One write to come: a state under an id of the caller's, as it was sent."""

    kind: Kind
    id: UUID
    body: dict[str, Any]


async def prefetched(owner: Owner, connection: AsyncConnection, items: Sequence[Item]) -> Batch:
    """A batch that knows what the rules of these writes look at, as far as that can be told beforehand."""
    batch = Batch(owner)
    by_kind: defaultdict[Kind, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item)
    for kind in sorted(
        by_kind, key=lambda kind: kind.name
    ):  # all in the same order, so that no two wait for each other
        await _read(batch, connection, kind, {item.id for item in by_kind[kind]}, lock=True)
        await _read_last(batch, connection, kind, [item.id for item in by_kind[kind]])
    for kind, of_kind in by_kind.items():
        if kind.is_link:
            await _read_links(batch, connection, kind, of_kind)
        else:
            await _read_holders(batch, connection, kind, of_kind)
    for kind, ids in _targets(owner, items).items():
        await _read(batch, connection, kind, {id for id in ids if f"{kind.name}/{id}" not in batch.states})
    return batch


async def _read(
    batch: Batch, connection: AsyncConnection, kind: Kind, ids: Collection[UUID], lock: bool = False
) -> None:
    query = statements.by_ids(batch.owner.table(kind), lock=lock)
    batch.states |= {f"{kind.name}/{id}": None for id in ids}
    if ids:
        rows = (await connection.execute(query, {"ids": sorted(ids)})).mappings()
        batch.states |= {f"{kind.name}/{row['id']}": from_row(kind, row) for row in rows}


async def _read_last(batch: Batch, connection: AsyncConnection, kind: Kind, ids: Sequence[UUID]) -> None:
    """Of those that are not there: what was the last of them, if they ever were."""
    changes = batch.owner.changes
    gone = [id for id in ids if batch.states[f"{kind.name}/{id}"] is None]
    query = select(changes).where(changes.c.kind == kind.name, changes.c.id.in_(gone))
    rows = await connection.execute(query.order_by(changes.c.epoch, changes.c.version)) if gone else ()
    batch.last |= {f"{kind.name}/{row.id}": row for row in rows}


async def _read_holders(batch: Batch, connection: AsyncConnection, kind: Kind, items: Iterable[Item]) -> None:
    table = batch.owner.table(kind)
    wanted = {key for item in items if (key := _key(kind, item.body))}
    batch.holders |= {(kind.name, key): None for key in wanted}
    rows = await connection.execute(select(table.c.key, table.c.id).where(table.c.key.in_(wanted))) if wanted else ()
    batch.holders |= {(kind.name, key): id for key, id in rows}


def _key(kind: Kind, body: dict[str, Any]) -> str | None:
    """The key that somebody gives it, or that would be made of its name."""
    key, name = body.get("key"), body.get("name")
    if isinstance(key, str):
        return key
    return naming.from_name(kind, name) if isinstance(name, str) else None


async def _read_links(batch: Batch, connection: AsyncConnection, kind: Kind, items: Iterable[Item]) -> None:
    table = batch.owner.table(kind)
    sources = {id for item in items if (id := _id(item.body.get("source")))}
    query = select(table).where(table.c.source_id.in_(sources), table.c.state == "active")
    rows = (await connection.execute(query)).mappings() if sources else ()
    batch.links |= {
        (row["type"], row["source_kind"], row["source_id"], row["target_kind"], row["target_id"]): row["id"]
        for row in rows
    }


def _targets(owner: Owner, items: Iterable[Item]) -> dict[Kind, set[UUID]]:
    """What they refer to in this service; a body that is none is left for the contract to refuse."""
    found: defaultdict[Kind, set[UUID]] = defaultdict(set)

    def note(name: Any, id: Any) -> None:
        kind = owner.kind(name) if isinstance(name, str) else None
        if kind and (known := _uuid(id)):
            found[kind].add(known)

    for item in items:
        ends = [item.body.get(end) for end in ("source", "target")] if item.kind.is_link else []
        for end in ends:
            note(*_pair(end))
        for reference in item.kind.references:
            for value in reference.values(item.body):
                note(*_pair(value, *reference.kinds))
    return found


def _pair(value: Any, *kinds: str) -> tuple[Any, Any]:
    if isinstance(value, dict):
        return value.get("kind"), value.get("id")
    return (kinds[0] if kinds else None), value


def _id(end: Any) -> UUID | None:
    return _uuid(end.get("id")) if isinstance(end, dict) else None


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
