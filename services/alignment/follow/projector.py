"""Applies events to a generation: rows, findings and progress, in one transaction. Idempotent, and independent of the
order in which they arrive.

What was recorded later than everything that has been judged is judged on the present in memory. What is late takes the
slow way: the piece of the past that it can change is loaded from the tables and told again. Both come to the same rows.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.follow import storing
from services.alignment.judge.findings import Changes, Finding
from services.alignment.judge.history import History
from services.alignment.judge.judging import Judge
from services.alignment.judge.replay import Found, replay
from services.alignment.judge.standing import Said, Version
from services.alignment.view.projection import Projected
from shared.clock import FOREVER

_TICK = timedelta(microseconds=1)


async def apply(connection: AsyncConnection, generation: int, judge: Judge, events: Sequence[Projected]) -> None:
    """Everything that some events mean. What the judge has learned holds once the transaction is committed."""
    rows = sorted((e for e in events if e.record is not None), key=lambda event: (event.recorded_at, event.order))
    fresh, late = _split(judge, rows)
    if late:
        await _apply_late(connection, generation, judge, late)
    if fresh:
        stored = storing.plan(generation, judge.graph.order_of, fresh)
        await asyncio.to_thread(judge.take, [version(event) for event in fresh])
        await storing.write(connection, stored)
        await storing.write_findings(connection, generation, judge.flush())
    await storing.advance(connection, generation, events)


async def settle(connection: AsyncConnection, generation: int, judge: Judge, until: datetime) -> None:
    """Judge what begins or ends to hold by itself, each at its instant."""
    while (due := judge.standing.next_due) is not None and due <= until:
        await asyncio.to_thread(judge.turn_to, due)
        await storing.write_findings(connection, generation, judge.flush())


def _split(judge: Judge, rows: Iterable[Projected]) -> tuple[list[Projected], list[Projected]]:
    """What is judged in turn, and what is late: recorded no later than what has been judged, or overtaken by a newer
    version of the same."""
    fresh: list[Projected] = []
    late: list[Projected] = []
    orders: dict[str, tuple[int, int]] = {}
    for event in rows:
        newest = orders.get(event.ref) or judge.graph.order_of(event.ref)
        in_turn = (judge.until is None or event.recorded_at > judge.until) and event.order > newest
        (fresh if in_turn else late).append(event)
        if in_turn:
            orders[event.ref] = event.order
    return fresh, late


def version(event: Projected) -> Version:
    """What judging needs of an event."""
    record = event.record or {}
    edges = tuple(
        Said(e["type"], e["source"], e["target"], e["holder"], e["live"], e["valid_from"], e["valid_to"])
        for e in event.edges
    )
    return Version(
        event.ref, event.order, event.recorded_at, record["type"], record["state"], record["live"], record["deleted"],
        record["criticality"], record["valid_from"], record["valid_to"], edges, record["data"],
    )  # fmt: skip


@dataclass
class _Changed:
    """What late events change: ``refs`` are the entities, and the ends of relations, that are other than they were."""

    since: datetime = FOREVER
    refs: set[str] = field(default_factory=set)
    events: list[Projected] = field(default_factory=list)


async def _apply_late(connection: AsyncConnection, generation: int, judge: Judge, late: Sequence[Projected]) -> None:
    changed = _Changed()
    for event in await storing.store_late(connection, generation, late):
        changed.since = min(changed.since, event.recorded_at)
        changed.events.append(event)
        changed.refs |= {event.ref} | {end for e in event.edges for end in (e["source"], e["target"], e["holder"])}
    if not changed.events:
        return
    if judge.until is None or changed.since > judge.until:
        judge.turn_to(max(event.recorded_at for event in changed.events))
        await storing.write_findings(connection, generation, judge.flush())
    await reconsider(connection, generation, judge, changed.refs, changed.since, changed.events)


async def reconsider(
    connection: AsyncConnection,
    generation: int,
    judge: Judge,
    refs: set[str],
    since: datetime,
    events: Sequence[Projected] = (),
) -> None:
    """Judge anew, from an instant on, whatever these may matter to; the events are not yet in the judge's memory."""
    assert judge.until is not None
    start = since - judge.settle - _TICK  # before the change, and before what may have left no trace
    history = History(connection, generation, start, judge.plan)
    refs = refs | await history.ends(refs, since)
    subjects = await history.reached(refs)
    piece, stored = await history.piece(subjects), await history.findings(subjects)
    known = [each._replace(resolved_at=FOREVER) for each in stored if each.opened_at <= start]
    found = await asyncio.to_thread(replay, judge.plan, piece, subjects, start, judge.until, known, judge.settle)
    await storing.write_findings(connection, generation, difference(stored, found, start))
    newest: dict[str, Projected] = {}
    for event in events:
        if event.order > judge.graph.order_of(event.ref):
            newest[event.ref] = max(event, newest.get(event.ref, event), key=lambda each: each.order)
    judge.apply_late([version(event) for event in newest.values()], subjects, found.open)
    present = History(connection, generation, judge.until, judge.plan)
    clocked = {event.ref for event in events if event.event.kind in judge.plan.after}
    for ref, live_since in (await present.live_since(clocked)).items():
        judge.standing.live_since(judge.graph.node(ref), live_since)


def difference(stored: Iterable[Finding], found: Found, start: datetime) -> Changes:
    """What to change in the table, so that it holds what was found since the start; most of it is there."""
    wanted = {each.key: each for each in found.changes.made}
    changes = Changes()
    for each in stored:
        dropped = (each.id, each.since) in found.changes.dropped
        if each.opened_at > start:
            if wanted.get(each.key) == each:
                del wanted[each.key]
            else:
                changes.removed.append(each.key)
        elif dropped:
            changes.removed.append(each.key)
        else:
            end = found.changes.ended.get(each.key, FOREVER)
            if end != each.resolved_at:
                changes.ended[each.key] = end
    changes.made = list(wanted.values())
    return changes
