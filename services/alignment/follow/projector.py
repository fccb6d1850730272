"""Applies events to the view. Idempotent, and independent of the order in which they arrive.

The rows of a version are a pure function of its event; what depends on others is only where its interval ends, and that
follows the order of versions. One transaction holds the rows, the findings they change, the progress they make and the
offsets they came from, the last by compare-and-set: who does not find the offset it expects has lost the partition.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Column, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge import intervals
from services.alignment.judge.loader import reached, turning
from services.alignment.models import AHEAD, EDGE, GENERATION, PROGRESS, RECORD
from services.alignment.view.projection import Projected
from shared import clock
from shared.arrays import any_of, chunks
from shared.clock import FOREVER
from shared.contracts.relations import UP
from shared.dialects import insert_new

_SHAPE = ("type", "state", "live", "deleted", "valid_from", "valid_to", "criticality")
_DELETED = _SHAPE.index("deleted")
_EDGE_SHAPE = ("type", "source", "target", "live", "valid_from", "valid_to")

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


@dataclass
class Touched:
    """What a batch changed: ``moved`` in its standing, ``appeared`` or gone, ``seen`` in anything at all."""

    since: datetime = FOREVER
    seen: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    appeared: set[str] = field(default_factory=set)


async def apply(connection: AsyncConnection, generation: int, events: Sequence[Projected]) -> None:
    """Everything that some events mean for a generation, findings included."""
    touched = await store(connection, generation, events)
    if touched.seen or touched.moved:
        subjects = touched.seen | await reached(connection, generation, touched.moved, touched.appeared, touched.since)
        until = max([clock.now(), *(event.recorded_at for event in events)])
        await intervals.refresh(connection, generation, subjects, touched.since, until)


async def store(connection: AsyncConnection, generation: int, events: Sequence[Projected]) -> Touched:
    """The rows and the progress of some events, without their findings."""
    touched = Touched()
    with_rows = {(event.ref, *event.order): event for event in events if event.record is not None}
    for some in chunks(sorted({event.ref for event in with_rows.values()})):
        await _store_versions(connection, generation, some, with_rows.values(), touched)
    await _advance(connection, generation, events)
    return touched


async def _store_versions(
    connection: AsyncConnection, generation: int, refs: list[str], events: Iterable[Projected], touched: Touched
) -> None:
    wanted = set(refs)
    by_ref: dict[str, list[Projected]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.order):
        if event.ref in wanted:
            by_ref[event.ref].append(event)
    known = await _known(connection, generation, refs, [event for events in by_ref.values() for event in events])
    old_edges = await _current_edges(connection, generation, sorted(known)) if known else {}
    rows, edges, ends = [], [], []
    for ref, mine in by_ref.items():
        past = known.get(ref, {})
        fresh = [event for event in mine if event.order not in past]
        if not fresh:
            continue
        intervals = _intervals(past, fresh)
        for event in fresh:
            stamp = _stamp(generation, event, intervals[event.order])
            rows.append(stamp | {"ref": ref} | (event.record or {}))
            edges += [stamp | {"origin": ref} | edge for edge in event.edges]
        ends += [
            {"at": generation, "which": ref, "old_epoch": order[0], "old_version": order[1], "end": intervals[order]}
            for order, row in past.items()
            if intervals[order] != row.recorded_to
        ]
        _note(touched, ref, past, fresh, old_edges.get(ref, []))
    await _write(connection, rows, edges, ends)


def _intervals(past: dict[tuple[int, int], Any], fresh: list[Projected]) -> dict[tuple[int, int], datetime]:
    """Where each version's interval ends: where the next one begins."""
    begins = {order: row.recorded_from for order, row in past.items()} | {e.order: e.recorded_at for e in fresh}
    order = sorted(begins)
    return {
        this: begins[following] if following else past[this].recorded_to if this in past else FOREVER
        for this, following in zip(order, [*order[1:], None], strict=True)
    }


def _stamp(generation: int, event: Projected, recorded_to: datetime) -> dict[str, Any]:
    epoch, version = event.order
    return {
        "generation": generation,
        "epoch": epoch,
        "version": version,
        "recorded_from": event.recorded_at,
        "recorded_to": recorded_to,
    }


_GENERATION: BindParameter[int] = bindparam("at")
_PLACED = [RECORD.c[name] for name in ("ref", "epoch", "version", "recorded_from", "recorded_to", *_SHAPE)]
_VERSIONS = select(*_PLACED).where(RECORD.c.generation == _GENERATION, any_of(RECORD.c.ref, "refs"))
_NEWEST = _VERSIONS.where(RECORD.c.recorded_to == FOREVER)
_EDGES = select(EDGE.c.origin, *(EDGE.c[name] for name in _EDGE_SHAPE)).where(
    EDGE.c.generation == _GENERATION, any_of(EDGE.c.origin, "refs"), EDGE.c.recorded_to == FOREVER
)


async def _known(
    connection: AsyncConnection, generation: int, refs: list[str], events: list[Projected]
) -> dict[str, dict[tuple[int, int], Any]]:
    """Per entity, the stored versions around those of the events: its newest, and all from just below the oldest."""
    newest = {row.ref: row for row in await connection.execute(_NEWEST, {"at": generation, "refs": refs})}
    found = {ref: {(row.epoch, row.version): row} for ref, row in newest.items()}
    late = {e.ref for e in events if e.ref in newest and e.order <= (newest[e.ref].epoch, newest[e.ref].version)}
    for some in chunks(sorted(late)):
        for row in await connection.execute(_VERSIONS, {"at": generation, "refs": some}):
            found[row.ref][row.epoch, row.version] = row
    return found


async def _current_edges(connection: AsyncConnection, generation: int, refs: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for origin, *shape in await connection.execute(_EDGES, {"at": generation, "refs": refs}):
        found[origin].append(tuple(shape))
    return found


def _note(
    touched: Touched, ref: str, past: dict[tuple[int, int], Any], fresh: list[Projected], old_edges: list[Any]
) -> None:
    """Remember what the new versions of one entity change, and from when on."""
    touched.since = min(touched.since, *(event.recorded_at for event in fresh))
    is_link = ref.startswith("link/")
    if not is_link:
        touched.seen.add(ref)
    edges = [old_edges, *([_edge_shape(edge) for edge in event.edges] for event in fresh)]
    in_turn = bool(past) and max(past) < fresh[0].order
    shapes = {_shape(past[max(past)])} if past else set()
    shapes |= {tuple((event.record or {})[name] for name in _SHAPE) for event in fresh}
    if in_turn and len(shapes) == 1 and all(set(each) == set(old_edges) for each in edges):
        return
    sources = {end for each in edges for type, *ends, _, _, _ in each for end in ends[: 1 + (type in UP["target"])]}
    touched.moved |= sources if is_link else sources | {ref}
    if not is_link and (not in_turn or any(shape[_DELETED] for shape in shapes)):
        touched.appeared.add(ref)


def _shape(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _SHAPE)


def _edge_shape(edge: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(edge[name] for name in _EDGE_SHAPE)


@cache
def _end(table: Table, owner: Column[str]) -> Any:
    """Ends the interval of one version."""
    old = (
        (table.c.generation == _GENERATION)
        & (owner == bindparam("which"))
        & (table.c.epoch == bindparam("old_epoch"))
        & (table.c.version == bindparam("old_version"))
    )
    return table.update().where(old).values(recorded_to=bindparam("end"))


async def _write(
    connection: AsyncConnection, rows: list[dict[str, Any]], edges: list[dict[str, Any]], ends: list[dict[str, Any]]
) -> None:
    for table, owner, new in ((RECORD, RECORD.c.ref, rows), (EDGE, EDGE.c.origin, edges)):
        if new:
            await connection.execute(insert_new(connection, table), new)
        if ends:
            await connection.execute(_end(table, owner), ends)


async def _advance(connection: AsyncConnection, generation: int, events: Sequence[Projected]) -> None:
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


async def settle(connection: AsyncConnection, generation: int, until: datetime) -> None:
    """Look, one at a time, at what began or ceased to be valid since the last time: so findings hold for ``until``."""
    mine = GENERATION.c.number == generation
    after = (await connection.execute(select(GENERATION.c.settled_until).where(mine).with_for_update())).scalar_one()
    if until <= after:
        return
    refs, since = await turning(connection, generation, after, until)
    if since is not None:
        subjects = refs | await reached(connection, generation, refs, set(), since)
        nodes = {ref for ref in subjects if not ref.startswith("link/")}
        await intervals.refresh(connection, generation, nodes, since, until)
    await connection.execute(GENERATION.update().where(mine).values(settled_until=until))
