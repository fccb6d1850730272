"""Writes what a batch has made. The rows of a version are a pure function of its event; only where its interval ends
depends on others, and that follows the order of versions."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.findings import Changes
from services.alignment.models import AHEAD, EDGE, FINDING, PROGRESS, RECORD
from services.alignment.view.projection import Projected
from shared.clock import FOREVER
from shared.storage.arrays import any_of, chunks
from shared.storage.db import MOMENT
from shared.storage.dialects import insert_new

Order = tuple[int, int]
_AT_ONCE = 200


@dataclass
class Stored:
    """Rows to be written, and where the intervals of older versions end."""

    records: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=list)


def plan(generation: int, order_of: Callable[[str], Order], fresh: Sequence[Projected]) -> Stored:
    """Of versions that are newer than all that are there: each one ends the one before it."""
    stored = Stored()
    newest: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for event in fresh:
        before = newest.get(event.ref)
        if before is not None:
            before[0]["recorded_to"] = event.recorded_at
            for edge in before[1]:
                edge["recorded_to"] = event.recorded_at
        elif (order := order_of(event.ref)) > (0, 0):
            stored.ends.append(_ended(generation, event.ref, order, event.recorded_at))
        record, edges = _rows(generation, event, FOREVER)
        newest[event.ref] = record, edges
        stored.records.append(record)
        stored.edges += edges
    return stored


def _rows(generation: int, event: Projected, end: datetime) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    epoch, version = event.order
    stamp: dict[str, Any] = {"generation": generation, "epoch": epoch, "version": version}
    stamp |= {"recorded_from": event.recorded_at, "recorded_to": end}
    record = stamp | {"ref": event.ref} | (event.record or {})
    return record, [stamp | {"origin": event.ref} | edge for edge in event.edges]


def _ended(generation: int, ref: str, order: Order, end: datetime) -> dict[str, Any]:
    return {"at": generation, "which": ref, "old_epoch": order[0], "old_version": order[1], "end": end}


async def write(connection: AsyncConnection, stored: Stored) -> None:
    for table, owner, new in ((RECORD, RECORD.c.ref, stored.records), (EDGE, EDGE.c.origin, stored.edges)):
        await _each(connection, insert_new(connection, table), new)
        await _each(connection, _end(table, owner), stored.ends)


async def _each(connection: AsyncConnection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Some at a time: to make parameters of many holds up everybody else."""
    for some in chunks(rows, _AT_ONCE):
        await connection.execute(statement, some)
        await asyncio.sleep(0)


@cache
def _end(table: Table, owner: Column[str]) -> Any:
    """Ends the interval of one version."""
    old = (
        (table.c.generation == bindparam("at"))
        & (owner == bindparam("which"))
        & (table.c.epoch == bindparam("old_epoch"))
        & (table.c.version == bindparam("old_version"))
    )
    return table.update().where(old).values(recorded_to=bindparam("end"))


# -- what came late

_PLACED = [RECORD.c[name] for name in ("ref", "epoch", "version", "recorded_from", "recorded_to")]
_VERSIONS = select(*_PLACED).where(RECORD.c.generation == bindparam("at"), any_of(RECORD.c.ref, "refs"))


async def store_late(connection: AsyncConnection, generation: int, late: Sequence[Projected]) -> list[Projected]:
    """Store versions wherever they belong among those that are there; says which were not there yet."""
    by_ref: dict[str, dict[Order, Projected]] = defaultdict(dict)
    for event in late:
        by_ref[event.ref][event.order] = event
    known: dict[str, dict[Order, Any]] = defaultdict(dict)
    for some in chunks(sorted(by_ref)):
        for row in await connection.execute(_VERSIONS, {"at": generation, "refs": some}):
            known[row.ref][row.epoch, row.version] = row
    stored, new = Stored(), list[Projected]()
    for ref, mine in by_ref.items():
        past = known[ref]
        fresh = [event for order, event in sorted(mine.items()) if order not in past]
        ends = _intervals(past, fresh)
        for event in fresh:
            record, edges = _rows(generation, event, ends[event.order])
            stored.records.append(record)
            stored.edges += edges
        stored.ends += [
            _ended(generation, ref, order, ends[order]) for order, row in past.items() if ends[order] != row.recorded_to
        ]
        new += fresh
    await write(connection, stored)
    return new


def _intervals(past: dict[Order, Any], fresh: Iterable[Projected]) -> dict[Order, datetime]:
    """Where each version's interval ends: where the next one begins."""
    begins = {order: row.recorded_from for order, row in past.items()} | {e.order: e.recorded_at for e in fresh}
    order = sorted(begins)
    return {this: begins[next] if next else FOREVER for this, next in zip(order, [*order[1:], None], strict=True)}


# -- findings

_MINE = FINDING.c.generation == bindparam("at")
_OPENED = FINDING.c.opened_at == bindparam("opened", type_=MOMENT)
_DROP = delete(FINDING).where(
    _MINE, FINDING.c.id == bindparam("which"), FINDING.c.since == bindparam("came_up", type_=MOMENT)
)
_REMOVE = delete(FINDING).where(_MINE, FINDING.c.id == bindparam("which"), _OPENED)
_RESOLVE = (
    update(FINDING).where(_MINE, FINDING.c.id == bindparam("which"), _OPENED).values(resolved_at=bindparam("end"))
)


async def write_findings(connection: AsyncConnection, generation: int, changes: Changes) -> None:
    """First what goes, so that what comes finds its place."""
    if changes.dropped:
        these = [{"at": generation, "which": id, "came_up": since} for id, since in changes.dropped]
        await _each(connection, _DROP, these)
    if changes.removed:
        these = [{"at": generation, "which": id, "opened": opened} for id, opened in changes.removed]
        await _each(connection, _REMOVE, these)
    if changes.ended:
        these = [{"at": generation, "which": id, "opened": o, "end": end} for (id, o), end in changes.ended.items()]
        await _each(connection, _RESOLVE, these)
    if rows := [{"generation": generation, **each._asdict()} for each in changes.made]:
        await _each(connection, FINDING.insert(), rows)


# -- progress

_IN_PROGRESS = (PROGRESS.c.generation == bindparam("at")) & (PROGRESS.c.service == bindparam("of"))
_WAITING = (AHEAD.c.generation == bindparam("at")) & (AHEAD.c.service == bindparam("of"))
_AT_LAST = PROGRESS.outerjoin(
    AHEAD, (AHEAD.c.generation == PROGRESS.c.generation) & (AHEAD.c.service == PROGRESS.c.service)
)
_PROGRESS = (
    select(PROGRESS.c.position, PROGRESS.c.recorded_until, AHEAD.c.position.label("ahead"))
    .select_from(_AT_LAST)
    .where(_IN_PROGRESS)
)
_CLOSE_UP = AHEAD.delete().where(_WAITING, AHEAD.c.position <= bindparam("reached"))
_ADVANCE = (
    PROGRESS.update().where(_IN_PROGRESS).values(position=bindparam("reached"), recorded_until=bindparam("until"))
)


async def advance(connection: AsyncConnection, generation: int, events: Sequence[Projected]) -> None:
    """Move each service's progress over the positions that are there now without a gap."""
    by_service: dict[str, dict[int, datetime]] = defaultdict(dict)
    for event in events:
        by_service[event.service][event.position] = event.recorded_at
    for service, arrived in by_service.items():
        await _advance_service(connection, generation, service, arrived)


async def _advance_service(
    connection: AsyncConnection, generation: int, service: str, arrived: dict[int, datetime]
) -> None:
    key = {"at": generation, "of": service}
    found = (await connection.execute(_PROGRESS, key)).all()
    position, recorded_until = found[0].position, found[0].recorded_until
    ahead = {row.ahead for row in found} - {None}
    reached_position = position
    while reached_position + 1 in ahead or reached_position + 1 in arrived:
        reached_position += 1
    fresh = [place for place in arrived if place > reached_position and place not in ahead]
    if fresh:
        rows = [{"generation": generation, "service": service, "position": place} for place in fresh]
        await connection.execute(AHEAD.insert(), rows)
    if reached_position > position:
        if ahead:
            await connection.execute(_CLOSE_UP, key | {"reached": reached_position})
        # positions and recording times rise together, so all until this one's time is there as well
        until = max(recorded_until, arrived.get(reached_position, recorded_until))
        await connection.execute(_ADVANCE, key | {"reached": reached_position, "until": until})
