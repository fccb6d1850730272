"""The rows of what a batch has made. Those of a version are a pure function of its event; only where its interval ends
depends on others, and that follows the order of versions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.findings import Changes, Finding
from services.alignment.models import EDGE, FINDING, RECORD
from services.alignment.view.projection import Projected
from shared.clock import FOREVER
from shared.storage.arrays import any_of, chunks
from shared.storage.bulk_writer import Delete, Insert, Operation, Update

Order = tuple[int, int]
Row = list[Any]


def _columns(table: Table, stamp: tuple[str, ...]) -> tuple[str, ...]:
    """Those that an event says, after those that say which version of what it is."""
    return (*stamp, *(column.name for column in table.columns if column.name not in stamp))


_STAMP = ("recorded_to", "generation", "epoch", "version", "recorded_from")
_RECORD, _EDGE = _columns(RECORD, (*_STAMP, "ref")), _columns(EDGE, (*_STAMP, "origin"))
_of_record, _of_edge = (itemgetter(*columns[len(_STAMP) + 1 :]) for columns in (_RECORD, _EDGE))
_ENDED = ("generation", "ref", "epoch", "version"), ("generation", "origin", "epoch", "version")


@dataclass
class Stored:
    """Rows to be written, and where the intervals of older versions end."""

    records: list[Row] = field(default_factory=list)
    edges: list[Row] = field(default_factory=list)
    ends: list[tuple[Any, ...]] = field(default_factory=list)

    def operations(self) -> list[Operation]:
        return [
            Update(RECORD, _ENDED[0], ("recorded_to",), self.ends),
            Insert(RECORD, _RECORD, self.records),
            Update(EDGE, _ENDED[1], ("recorded_to",), self.ends),
            Insert(EDGE, _EDGE, self.edges),
        ]


def plan(generation: int, order_of: Callable[[str], Order], fresh: Sequence[Projected]) -> Stored:
    """Of versions that are newer than all that are there: each one ends the one before it."""
    stored = Stored()
    newest: dict[str, tuple[Row, list[Row]]] = {}
    for event in fresh:
        before = newest.get(event.ref)
        if before is not None:
            for row in (before[0], *before[1]):
                row[0] = event.recorded_at
        elif (order := order_of(event.ref)) > (0, 0):
            stored.ends.append(_ended(generation, event.ref, order, event.recorded_at))
        record, edges = _rows(generation, event, FOREVER)
        newest[event.ref] = record, edges
        stored.records.append(record)
        stored.edges += edges
    return stored


def _rows(generation: int, event: Projected, end: datetime) -> tuple[Row, list[Row]]:
    stamp = (end, generation, *event.order, event.recorded_at, event.ref)
    return [*stamp, *_of_record(event.record or {})], [[*stamp, *_of_edge(edge)] for edge in event.edges]


def _ended(generation: int, ref: str, order: Order, end: datetime) -> tuple[Any, ...]:
    return generation, ref, *order, end


# -- what came late

_PLACED = [RECORD.c[name] for name in ("ref", "epoch", "version", "recorded_from", "recorded_to")]
_VERSIONS = select(*_PLACED).where(RECORD.c.generation == bindparam("at"), any_of(RECORD.c.ref, "refs"))


async def late_rows(
    connection: AsyncConnection, generation: int, late: Sequence[Projected]
) -> tuple[Stored, list[Projected]]:
    """Of versions wherever they belong among those that are there; and which were not there yet."""
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
    return stored, new


def _intervals(past: dict[Order, Any], fresh: Iterable[Projected]) -> dict[Order, datetime]:
    """Where each version's interval ends: where the next one begins."""
    begins = {order: row.recorded_from for order, row in past.items()} | {e.order: e.recorded_at for e in fresh}
    order = sorted(begins)
    return {this: begins[next] if next else FOREVER for this, next in zip(order, [*order[1:], None], strict=True)}


# -- findings

_SPELL, _INTERVAL = ("generation", "id", "since"), ("generation", "id", "opened_at")
_FINDING = ("generation", *Finding._fields)


def findings(generation: int, changes: Changes) -> list[Operation]:
    """First what goes, so that what comes finds its place."""
    return [
        Delete(FINDING, _SPELL, [(generation, *spell) for spell in changes.dropped]),
        Delete(FINDING, _INTERVAL, [(generation, *key) for key in changes.removed]),
        Update(FINDING, _INTERVAL, ("resolved_at",), [(generation, *key, end) for key, end in changes.ended.items()]),
        Insert(FINDING, _FINDING, [(generation, *finding) for finding in changes.made]),
    ]
