"""Which findings are open at a moment: those of the tables; where the valid time is another one than theirs, with what
is due in between laid over them."""

from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, not_

from services.alignment.judge import forecast
from services.alignment.judge.findings import Finding
from services.alignment.judge.forecast import Turned
from services.alignment.judge.history import TooMuch
from services.alignment.judge.replay import Times
from services.alignment.models import FINDING
from services.alignment.queries.counts import USUAL_CRITICALITY, Counts, tally
from services.alignment.queries.nodes import brief_rows
from services.alignment.queries.open_findings import MOST, open_about
from services.alignment.queries.snapshot import Moment
from shared.errors import Invalid
from shared.storage.arrays import any_of, chunks

T = TypeVar("T")


async def turned(moment: Moment) -> Turned:
    """What differs from the findings in the tables. Raises Invalid where too much turns until the valid time."""
    times = _times(moment)
    return await _bounded(forecast.turned(moment.connection, moment.generation, times)) if times else Turned()


def left(query: Select[Any], changed: Turned) -> tuple[Select[Any], dict[str, Any]]:
    """A statement about findings without those that the valid time changes, and what is given for it."""
    if not changed.gone:
        return query, {}
    return query.where(not_(any_of(FINDING.c.id, "gone"))), {"gone": sorted(changed.gone)}


async def tallied(moment: Moment, changed: Turned) -> Counts:
    """``tally``, with what the valid time changes."""
    counts = await tally(moment)
    counts.update(await weighed(moment, changed.come.values()))
    counts.subtract(await weighed(moment, changed.gone.values()))
    return counts


async def weighed(moment: Moment, found: Iterable[Finding]) -> Counts:
    """How many findings there are, as ``tally`` counts those in the tables."""
    findings, weights = list(found), dict[str, int]()
    for some in chunks(sorted({each.subject for each in findings})):
        rows = await moment.execute(brief_rows(past=moment.past), refs=some)
        weights |= {row.ref: row.criticality or USUAL_CRITICALITY for row in rows if moment.counts(row.models)}
    return Counter(("finding", each.rule, weights[each.subject]) for each in findings if each.subject in weights)


async def about(
    moment: Moment, subjects: Sequence[str], rules: Sequence[str], most: int = MOST
) -> tuple[Sequence[Any], int]:
    """``open_about`` at any valid time. Raises Invalid where too much would have to be read for it."""
    if (times := _times(moment)) is None:
        return await open_about(moment, subjects, rules, most)
    found = await _bounded(forecast.about(moment.connection, moment.generation, times, set(subjects)))
    mine = [each for each in found if each.rule in rules]
    mine.sort(key=lambda each: (-each.severity, each.rule, each.subject, each.id))
    return mine[:most], len(mine) - min(len(mine), most)


def _times(moment: Moment) -> Times | None:
    if moment.known_at is None:
        return None
    return Times(moment.known_at, moment.asked_at or moment.known_at, moment.at)


async def _bounded(looked: Awaitable[T]) -> T:
    try:
        return await looked
    except TooMuch:
        detail = "More would turn until then than is looked at: ask about a day that is nearer, or about one entity."
        raise Invalid.at("?valid_at", "too-much-turns", detail) from None
