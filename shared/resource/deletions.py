"""DELETE: what never was live can go, and what it said of others ends with it."""

import dataclasses
from uuid import UUID

import orjson

from shared.changes.table import versions
from shared.contracts.base import Kind
from shared.contracts.link import Link
from shared.errors import Conflict
from shared.resource import commands, rights, store
from shared.resource.preconditions import Preconditions
from shared.resource.store import Unit

_TURN = 20
"""Versions after which others have theirs."""
_MOST_LINKS = 1000
"""That end with one deletion."""


async def delete(unit: Unit, kind: Kind, id: UUID, reason: str, given: Preconditions) -> str:
    """DELETE: only what never was live; leaves a tombstone. Returns the event's id."""
    given.demand()
    old = await commands.existing(unit, kind, id)
    await rights.demand(unit, kind, old)
    given.check(old.version)
    if await _has_been_live(unit, kind, id):
        raise Conflict(f"This {kind.name} has been live: retire it instead, so that its history stays explained.")
    links = [] if kind.is_link else await store.links_from(unit, kind.name, id)
    if len(links) > _MOST_LINKS:
        raise Conflict(f"More than {_MOST_LINKS} links lead from this {kind.name}: end some of them first.")
    event = str(await store.erase(unit, kind, old, reason))
    for link in links:
        because = f"Its source {kind.name}/{id} was deleted."
        await _end(dataclasses.replace(unit, causation_id=event), link, because)
    return event


async def _end(unit: Unit, seen: Link, reason: str) -> None:
    """What is gone says nothing more; raises Raced if somebody else changed the link meanwhile."""
    kind = unit.owner.links
    old = kind and await store.load(unit, kind, seen.id, lock=True)
    if not (kind and old) or old.version != seen.version:
        raise store.Raced
    new = commands.following(unit, old, {"state": "ended", "state_reason": reason})
    await store.write(unit, kind, old, new, "transitioned")


async def _has_been_live(unit: Unit, kind: Kind, id: UUID) -> bool:
    changes = unit.owner.changes
    query, last = versions(changes, kind.name, id).limit(_TURN), 0
    while rows := (await unit.connection.execute(query.where(changes.c.version > last))).all():
        if any(kind.is_live(orjson.loads(row.data)["state"]["state"]) for row in rows):
            return True
        last = rows[-1].version
    return False
