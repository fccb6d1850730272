"""The statements behind the shared behaviour: one entity's row and its change, in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, cast
from uuid import UUID
from zlib import crc32

import orjson
from sqlalchemy import Table, Text, select
from sqlalchemy import cast as cast_as
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.changes import append
from shared.changes.table import event_id
from shared.contracts.base import SERVER_FIELDS, Kind, Record
from shared.contracts.events import EventId
from shared.contracts.link import Link
from shared.errors import TooLarge
from shared.http.auth import Caller
from shared.resource import statements
from shared.resource.batch import Batch, Unbatched
from shared.resource.owner import Owner
from shared.resource.tables import from_row, to_row
from shared.rules import Lookup
from shared.storage.dialects import insert_new, lock_scope

_AT_ONCE = 200


@dataclass(frozen=True)
class Unit:
    """One unit of work: the transaction, who asks, and when."""

    owner: Owner
    connection: AsyncConnection
    caller: Caller
    now: datetime
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    again: bool = False
    """Whether this has lost a race already."""
    batch: Batch | None = None
    """Stands in for the database, where many units are one."""

    def alone(self) -> None:
        """What follows is for the database to do; raises Unbatched in a batch."""
        if self.batch:
            raise Unbatched


class Raced(Exception):
    """Somebody else made the same entity while this transaction looked: look again in a new one."""


async def load(unit: Unit, kind: Kind, id: UUID, *, lock: bool = False) -> Record | None:
    """The current state; with ``lock``, nobody else changes it before this transaction ends."""
    if unit.batch:
        return unit.batch.state(kind.name, id)
    query = statements.by_id(unit.owner.table(kind), lock=lock)
    row = (await unit.connection.execute(query, {"of_id": id})).mappings().one_or_none()
    return from_row(kind, row) if row else None


async def load_alone(unit: Unit, kind: Kind, id: UUID) -> Record | None:
    """The current state, locked by the one whose turn it is.

    A turn that a member gives which never changes is waited for before the row: who has the turn may want this row too,
    to move it along.
    """
    lookups = [each for each in unit.owner.rules.lookups.get(kind.name, ()) if each.of in kind.immutable]
    if lookups and (seen := await load(unit, kind, id)):
        await take_turns(unit, lookups, seen)
    return await load(unit, kind, id, lock=True)


async def load_many(unit: Unit, wanted: Iterable[tuple[str, str]]) -> dict[str, Record]:
    """The current states of entities of this service, by ``kind/id``; what is not there is left out."""
    if unit.batch:
        known = ((name, id) for name, id in wanted if unit.owner.kind(name))
        return {f"{name}/{id}": state for name, id in known if (state := unit.batch.state(name, id))}
    by_kind: dict[str, set[UUID]] = {}
    for name, id in wanted:
        by_kind.setdefault(name, set()).add(UUID(id))
    found: dict[str, Record] = {}
    for name, ids in by_kind.items():
        if kind := unit.owner.kind(name):
            rows = await unit.connection.execute(statements.by_ids(unit.owner.table(kind)), {"ids": ids})
            found |= {f"{name}/{row['id']}": from_row(kind, row) for row in rows.mappings()}
    return found


async def links_from(unit: Unit, kind: str, id: UUID, types: Iterable[str] | None = None) -> list[Link]:
    """The active links of one source."""
    chosen = {} if types is None else {"type": list(types)}
    return await _links(unit, source_kind=[kind], source_id=[id], **chosen)


async def links_into(unit: Unit, kind: str, id: UUID, types: Iterable[str]) -> list[Link]:
    """The active links that this service keeps towards one of its entities."""
    return await _links(unit, target_kind=[kind], target_id=[id], type=list(types))


async def links_from_each(unit: Unit, refs: Iterable[str]) -> dict[str, list[Link]]:
    """The active links of each of several sources, by ``kind/id``."""
    wanted = {ref: UUID(ref.partition("/")[2]) for ref in refs}
    found: dict[str, list[Link]] = {ref: [] for ref in wanted}
    for link in await _links(unit, source_id=sorted(set(wanted.values()))) if wanted else ():
        if str(link.source) in found:
            found[str(link.source)].append(link)
    return found


async def _links(unit: Unit, **wanted: list[Any]) -> list[Link]:
    unit.alone()
    kind = unit.owner.links
    if kind is None:
        return []
    table = unit.owner.table(kind)
    query = select(table).where(table.c.state == "active", *(table.c[name].in_(some) for name, some in wanted.items()))
    rows = await unit.connection.execute(query)
    return [cast(Link, from_row(kind, row)) for row in rows.mappings()]


async def take_turns(unit: Unit, lookups: Iterable[Lookup], subject: Record) -> None:
    """Wait for whoever judges the same rows; everybody in the same order, so that no two wait for each other."""
    values = (
        (lookup, attrgetter(lookup.of)(subject))
        for lookup in lookups
        if lookup.alone and not _vain(unit, lookup, subject)
    )
    scopes = {f"{lookup.kind} {lookup.column} {value}" for lookup, value in values if value is not None}
    for scope in sorted(crc32(scope.encode()) for scope in scopes):
        unit.alone()
        await lock_scope(unit.connection, scope)


async def look_up(unit: Unit, lookup: Lookup, subject: Record) -> list[Record]:
    """The entities that a lookup finds for a subject, oldest first."""
    kind = unit.owner.kind(lookup.kind)
    value = attrgetter(lookup.of)(subject)
    if lookup.turn_only or kind is None or value is None or _vain(unit, lookup, subject):
        return []
    unit.alone()
    table = unit.owner.table(kind)
    column = table.c[lookup.column]
    matches = cast_as(column, Text).contains(str(value), autoescape=True) if lookup.mentioned else column == value
    query = select(table).where(matches, table.c.id != subject.id).order_by(table.c.id).limit(_AT_ONCE)
    query = query.where(table.c.state.in_(lookup.states)) if lookup.states else query
    found: list[Record] = []
    while True:
        after = query.where(table.c.id > found[-1].id) if found else query
        rows = (await unit.connection.execute(after)).mappings().all()
        found += [from_row(kind, row) for row in rows]
        if len(rows) < _AT_ONCE:
            return found


def _vain(unit: Unit, lookup: Lookup, subject: Record) -> bool:
    """Whether nothing can be found: to what has never been, nothing refers, and nobody else judges it."""
    return lookup.of == "id" and unit.batch is not None and unit.batch.is_new(subject.kind, subject.id)


async def last_version(unit: Unit, kind: Kind, id: UUID) -> Any:
    """The newest change of an entity, deleted or not; None if there never was one."""
    if unit.batch:
        return unit.batch.last_version(kind.name, id)
    query = statements.newest(unit.owner.changes)
    return (await unit.connection.execute(query, {"of_kind": kind.name, "of_id": id})).one_or_none()


async def write(
    unit: Unit, kind: Kind, old: Record | None, new: Record, action: str, *, corrected: bool = False
) -> EventId:
    """Store a new state and record the change; the two are one transaction."""
    marks = {"corrected": True} if corrected else {}
    change = _change(unit, new, action, {"state": new, "changed": changed_members(old, new), **marks})
    if unit.batch:
        unit.batch.stage(kind, old, new, change)
        return event_id(new.kind, new.id, new.version)
    table = unit.owner.table(kind)
    row = to_row(table, new)
    if old is None:
        await _insert(unit.connection, table, row)
    else:
        await unit.connection.execute(statements.update(table), {"of_id": new.id, **row})
    return await _record(unit, new, change)


async def _insert(connection: AsyncConnection, table: Table, row: dict[str, Any]) -> None:
    """One that is there already is left out and not an error: servers log those, and made-up keys collide often."""
    if not (await connection.execute(insert_new(connection, table), row)).rowcount:
        raise Raced


async def erase(unit: Unit, kind: Kind, old: Record, reason: str) -> EventId:
    """Remove the row and record a tombstone with a version of its own."""
    await unit.connection.execute(statements.delete(unit.owner.table(kind)), {"of_id": old.id})
    by = {"updated_at": unit.now, "updated_by": unit.caller.subject}
    last = old.model_copy(update={"version": old.version + 1, "state_reason": reason, **by})
    return await _record(unit, last, _change(unit, last, "deleted", {"state": last, "changed": [], "deleted": True}))


async def _record(unit: Unit, state: Record, change: dict[str, Any]) -> EventId:
    await append(unit.connection, unit.owner.changes, [change])
    return event_id(state.kind, state.id, state.version)


def _change(unit: Unit, state: Record, action: str, data: dict[str, Any]) -> dict[str, Any]:
    """The row of the change table; raises TooLarge."""
    encoded = orjson.dumps(data | {"state": state.model_dump(mode="json")})
    if len(encoded) > unit.owner.max_event_bytes:
        raise TooLarge(f"The entity is larger than an event may be ({unit.owner.max_event_bytes} bytes).")
    return {
        "kind": state.kind,
        "id": state.id,
        "version": state.version,
        "action": action,
        "actor": unit.caller.subject,
        "correlation_id": unit.correlation_id,
        "causation_id": unit.causation_id,
        "traceparent": unit.traceparent,
        "means": unit.caller.means,
        "data": encoded.decode(),
    }


_UNTOLD = SERVER_FIELDS


def changed_members(old: Record | None, new: Record) -> list[str]:
    """Which members differ, of those that a caller may write."""
    names = [name for name in type(new).model_fields if name not in _UNTOLD]
    if old is None:
        return [name for name in names if getattr(new, name) not in (None, [], {})]
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return [name for name in names if _text(before[name]) != _text(after[name])]


def _text(value: Any) -> bytes:
    # compared as JSON: in Python 1, 1.0 and True are equal
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
