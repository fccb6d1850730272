"""Applies events to a generation: rows, findings and progress, in one transaction. Idempotent, and independent of the
order in which they arrive.

What was recorded later than everything that has been judged is judged on the present in memory. What is late takes the
slow way: the piece of the past that it can change is loaded from the tables and told again. Both come to the same rows.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from services.alignment.follow import storing
from services.alignment.follow.work import Folded, Work
from services.alignment.judge.ends import counted
from services.alignment.judge.findings import Changes, Finding
from services.alignment.judge.garbage import unsearched
from services.alignment.judge.graph import Graph, Node
from services.alignment.judge.history import History
from services.alignment.judge.judging import Judge
from services.alignment.judge.replay import Found, replay
from services.alignment.judge.standing import Said, Version
from services.alignment.view import announced
from services.alignment.view.projection import Projected
from shared.clock import FOREVER
from shared.storage.bulk_writer import Operation
from shared.storage.dialects import take_time

T = TypeVar("T")
_TICK = timedelta(microseconds=1)
_FEW = 20
"""Events that are judged in a millisecond or two: a thread for them would cost more than it spares the loop."""
_NEAR = 200
"""Relations around an event, and below it, up to which that is so."""


async def apply(work: Work, events: Sequence[Projected]) -> None:
    """Everything that some events mean. What the judge has learned holds once the transaction is committed."""
    fresh, late = _split(work.judge, events)
    if late:
        await _apply_late(work, late)
    work.add(*await _in_turn(work.generation, work.judge, fresh))
    work.advance(events)


async def fold(generation: int, judge: Judge, events: Sequence[Projected]) -> Folded | None:
    """What some events mean, before there is a transaction to write it in; None where some are late. The judge goes on
    with it for good: should it not be written, the judge is of no more use."""
    fresh, late = _split(judge, events)
    if late:
        return None
    operations = await _in_turn(generation, judge, fresh)
    judge.committed()
    return Folded(judge, operations, judge.until)


async def _in_turn(generation: int, judge: Judge, fresh: Sequence[Projected]) -> list[Operation]:
    if not fresh:
        return []
    if len(fresh) > _FEW or _reaches_far(judge.graph, fresh):
        with unsearched(stays=True):
            return await _aside(_judged, generation, judge, fresh)
    return _judged(generation, judge, fresh)


def _reaches_far(graph: Graph, events: Iterable[Projected]) -> bool:
    """Whether much may have to be judged anew: at a hub, or where much rests on something. No more is looked at than
    says so."""
    changed = {event.ref for event in events}
    justified = {edge[edge["up"]] for event in events for edge in event.edges if edge["up"]}
    waiting = [node for ref in changed | justified if (node := graph.nodes.get(ref))]
    seen, room = set(waiting), _NEAR
    room -= sum(counted(node.out) + counted(node.into) for node in waiting if node.ref in changed)
    while waiting and room > 0:
        node = waiting.pop()
        room -= len(node.below)
        fresh = {edge.lower for edge in node.below} - seen if room > 0 else set[Node]()
        seen |= fresh
        waiting += fresh
    return room <= 0


def _judged(generation: int, judge: Judge, fresh: Sequence[Projected]) -> list[Operation]:
    stored = storing.plan(generation, judge.graph.order_of, fresh)
    judge.take([version(event) for event in fresh])
    return [*stored.operations(), *storing.findings(generation, judge.flush())]


async def _aside(judge: Callable[..., T], *given: Any) -> T:
    """In a thread. Whoever is cancelled meanwhile waits for its end: until then nobody else may touch the memory."""
    judging = asyncio.ensure_future(asyncio.to_thread(judge, *given))
    try:
        return await asyncio.shield(judging)
    except asyncio.CancelledError:
        await asyncio.wait([judging])
        judging.exception()
        raise


async def settle(work: Work, until: datetime) -> None:
    """Judge what begins or ends to hold by itself, each at its instant; not the instant itself, before which something
    may have been recorded that has yet to come."""

    def turned(judge: Judge) -> Changes:
        while (due := judge.standing.next_due) is not None and due <= until:
            judge.turn_to(due)
        return judge.flush()

    _write_findings(work, await _aside(turned, work.judge))


def _write_findings(work: Work, changes: Changes) -> None:
    work.add(*storing.findings(work.generation, changes))


def _split(judge: Judge, events: Iterable[Projected]) -> tuple[list[Projected], list[Projected]]:
    """What is judged in turn, and what is late: recorded no later than what has been judged, or overtaken by a newer
    version of the same. Both in the order of recording."""
    rows = sorted((e for e in events if e.record is not None), key=lambda event: (event.recorded_at, event.order))
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


async def _apply_late(work: Work, late: Sequence[Projected]) -> None:
    changed, judge = _Changed(), work.judge
    stored, new = await storing.late_rows(work.connection, work.generation, late)
    work.add(*stored.operations())
    for event in new:
        changed.since = min(changed.since, event.recorded_at)
        changed.events.append(event)
        changed.refs |= {event.ref} | {end for e in event.edges for end in (e["source"], e["target"], e["holder"])}
    if not changed.events:
        return
    if judge.until is None or changed.since > judge.until:
        await _aside(judge.turn_to, max(event.recorded_at for event in changed.events))
        _write_findings(work, judge.flush())
    await reconsider(work, changed.refs, changed.since, changed.events)


async def reconsider(work: Work, refs: set[str], since: datetime, events: Sequence[Projected] = ()) -> None:
    """Judge anew, from an instant on, whatever these may matter to; the events are not yet in the judge's memory."""
    await take_time(work.connection)
    await work.write()  # what is looked at from here on
    with unsearched(stays=True):
        await _tell_again(work, refs, since, events)


async def _tell_again(work: Work, refs: set[str], since: datetime, events: Sequence[Projected]) -> None:
    connection, generation, judge, until = work.connection, work.generation, work.judge, work.judge.until
    assert until is not None
    start = since - judge.settle - _TICK  # before the change, and before what may have left no trace
    history = History(connection, generation, start, judge.plan)
    refs = refs | await history.ends(refs, since)
    subjects = await history.reached(refs)
    piece, every = await history.piece(subjects), await history.findings(subjects)
    # nothing of the past says what these found
    whole = {judge.plan.rules[number].id for number in judge.plan.whole.values()}
    kept = [each for each in every if each.rule in whole and each.resolved_at == FOREVER]

    def again() -> tuple[Found, Changes]:
        stored = [each for each in every if each.rule not in whole]
        known = [each._replace(resolved_at=FOREVER) for each in stored if each.opened_at <= start]
        found = replay(judge.plan, piece, subjects, start, until, known, judge.settle)
        return found, difference(stored, found, start)

    found, changes = await _aside(again)
    _write_findings(work, changes)
    if changes.removed or changes.ended or changes.made:
        await announced.look_again(connection, generation, start)
        work.add(announced.doubtful(id for id, _ in changes.removed))
    newest: dict[str, Projected] = {}
    for event in events:
        if event.order > judge.graph.order_of(event.ref):
            newest[event.ref] = max(event, newest.get(event.ref, event), key=lambda each: each.order)
    await _aside(judge.apply_late, [version(each) for each in newest.values()], subjects, [*found.open, *kept])
    present = History(connection, generation, until, judge.plan)
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
