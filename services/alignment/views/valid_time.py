"""Which findings are open at a moment: those of the tables; where the valid time is another one than theirs, with what
is due in between laid over them."""

from collections import Counter
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, not_, select

from services.alignment.judge import forecast
from services.alignment.judge.findings import Finding
from services.alignment.judge.forecast import Turned
from services.alignment.judge.history import TooMuch
from services.alignment.judge.replay import Supposed, Times
from services.alignment.judge.standing import Version
from services.alignment.models import EDGE, FINDING
from services.alignment.queries.counts import USUAL_CRITICALITY, Counts, tally
from services.alignment.queries.nodes import brief_rows
from services.alignment.queries.open_findings import MOST, open_about
from services.alignment.queries.snapshot import Moment, open_findings, recorded
from shared.errors import Invalid
from shared.live import kind_of, validity
from shared.storage.arrays import any_of, chunks

T = TypeVar("T")


async def turned(moment: Moment) -> Turned:
    """What differs from the findings in the tables. Raises Invalid where too much turns until the valid time."""
    times = times_of(moment)
    return (
        await _bounded(forecast.turned(moment.connection, moment.generation, moment.rules, times))
        if times
        else Turned()
    )


async def supposing(moment: Moment, supposed: Supposed) -> Turned:
    """The same, if something were recorded. Raises Invalid where it reaches too far."""
    times = times_of(moment)
    assert times is not None  # a moment to suppose something at is one apart
    looked = forecast.turned(moment.connection, moment.generation, moment.rules, times, supposed)
    try:
        found = await looked
    except TooMuch:
        detail = "The changes reach more than is looked at: ask about fewer of them."
        raise Invalid.at("/steps", "too-much-turns", detail) from None
    return replace(found, edges=await _edges(moment, supposed))


async def _edges(moment: Moment, supposed: Supposed) -> Counter[bool]:
    """How many relations that are in force there would be more, by whether they are links."""
    found = Counter(each.is_link for each in supposed.relations if each.said.in_force)
    for some in chunks(sorted(supposed.origins)):
        rows = await moment.execute(_said_now(past=moment.past), refs=some)
        found.subtract(row.field is None for row in rows)
    return found


@cache
def _said_now(*, past: bool) -> Select[Any]:
    return select(EDGE.c.field).where(recorded(EDGE, past=past), any_of(EDGE.c.origin, "refs"), EDGE.c.live)


def left(query: Select[Any], changed: Turned) -> tuple[Select[Any], dict[str, Any]]:
    """A statement about findings without those that the valid time changes, and what is given for it."""
    if not changed.gone:
        return query, {}
    return query.where(not_(any_of(FINDING.c.id, "gone"))), {"gone": sorted(changed.gone)}


async def tallied(moment: Moment, changed: Turned) -> Counts:
    """``tally``, with what the valid time changes."""
    counts = await tally(moment)
    then = changed.supposed
    counts.update(await weighed(moment, changed.come.values(), then))
    counts.subtract(await weighed(moment, changed.gone.values()))
    heavier: dict[str, int] = {}
    for some in chunks(sorted(then)):
        for row in await moment.execute(brief_rows(past=moment.past), refs=some):
            if not row.deleted:
                counts[_counted_as(moment, row, row.live)] -= 1
            if row.criticality != then[row.ref].criticality:
                heavier[row.ref] = row.criticality or USUAL_CRITICALITY
    for version in then.values():
        counts[_counted_as(moment, version, version.has_live_state)] += 1
    for is_link, number in changed.edges.items():
        counts["edge", is_link] += number
    for some in chunks(sorted(heavier)):
        for row in await moment.execute(_open_now(past=moment.past), refs=some):
            if row.id not in changed.gone:
                counts["finding", row.rule, heavier[row.subject]] -= 1
                counts["finding", row.rule, then[row.subject].criticality or USUAL_CRITICALITY] += 1
    return counts


@cache
def _open_now(*, past: bool) -> Select[Any]:
    query = select(FINDING.c.id, FINDING.c.rule, FINDING.c.subject)
    return query.where(open_findings(past=past), any_of(FINDING.c.subject, "refs"))


def _counted_as(moment: Moment, node: Any, live: bool) -> tuple[Any, ...]:
    """Under which key ``tally`` counts it."""
    weight, is_valid = node.criticality or USUAL_CRITICALITY, validity(node, moment.at) is None
    return "node", kind_of(node.ref), node.type, node.state, live, weight, is_valid


async def weighed(moment: Moment, found: Iterable[Finding], then: Mapping[str, Version] | None = None) -> Counts:
    """How many findings there are, as ``tally`` counts those in the tables; ``then`` are subjects that would be other
    than they are."""
    findings, weights = list(found), dict[str, int]()
    for some in chunks(sorted({each.subject for each in findings})):
        rows = await moment.execute(brief_rows(past=moment.past), refs=some)
        weights |= {row.ref: row.criticality or USUAL_CRITICALITY for row in rows if moment.counts(row.models)}
    weights |= {ref: version.criticality or USUAL_CRITICALITY for ref, version in (then or {}).items()}
    return Counter(("finding", each.rule, weights[each.subject]) for each in findings if each.subject in weights)


async def about(
    moment: Moment, subjects: Sequence[str], rules: Sequence[str], most: int = MOST
) -> tuple[Sequence[Any], int]:
    """``open_about`` at any valid time. Raises Invalid where too much would have to be read for it."""
    if (times := times_of(moment)) is None:
        return await open_about(moment, subjects, rules, most)
    found = await _bounded(forecast.about(moment.connection, moment.generation, moment.rules, times, set(subjects)))
    mine = [each for each in found if each.rule in rules]
    mine.sort(key=lambda each: (-each.severity, each.rule, each.subject, each.id))
    return mine[:most], len(mine) - min(len(mine), most)


def times_of(moment: Moment) -> Times | None:
    """None where the tables have what is found at the moment."""
    if moment.known_at is None:
        return None
    return Times(moment.known_at, moment.asked_at or moment.known_at, moment.at)


async def _bounded(looked: Awaitable[T]) -> T:
    try:
        return await looked
    except TooMuch:
        detail = "More would turn until then than is looked at: ask about a day that is nearer, or about one entity."
        raise Invalid.at("?valid_at", "too-much-turns", detail) from None
