"""How the score has gone: the past is asked for once a day, since it stays; what it is now comes with the score."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.web.drawing.spark import Sample
from services.web.visit import Visit
from shared import clock
from shared.clock import rfc3339
from shared.contracts.instant import moment
from shared.contracts.views.score import Score, Trend, TrendPoint

_POINTS = 13
"""A week apart each."""
_SPAN = timedelta(days=7 * (_POINTS - 1))
_KEPT = timedelta(minutes=10)
_MONTH = timedelta(days=30)
_MOST_KNOWN = 100


@dataclass(frozen=True)
class Course:
    """``points`` up to the last midnight, of what is younger up to the moment that is looked at; ``now`` is the score
    of that moment."""

    points: Sequence[TrendPoint]
    now: Score
    at: datetime

    @property
    def samples(self) -> list[Sample]:
        past = [Sample(each.at, each.index, [named.name for named in each.baselines]) for each in self.points]
        return [*past, Sample(self.at, self.now.index)] if not past or past[-1].at < self.at else past

    @property
    def before(self) -> Sample | None:
        """What it was a month ago; where nothing is known of then, the first that is known."""
        known = [each for each in self.samples[:-1] if each.value is not None]
        return next((each for each in reversed(known) if each.at <= self.at - _MONTH), known[0] if known else None)

    @property
    def risen(self) -> float | None:
        before = self.before
        if before is None or before.value is None or self.now.index is None:
            return None
        return self.now.index - before.value


class Trends:
    """Remembers for a while the past of each day, in which a baseline may still be named; on the first day, that of
    each minute."""

    def __init__(self) -> None:
        self._known: dict[datetime, tuple[datetime, Trend]] = {}

    async def course(self, visit: Visit) -> Course:
        score, at = visit.view(Score, "/score"), _at(visit)
        until = at.replace(hour=0, minute=0, second=0, microsecond=0)
        span = {"from": rfc3339(until - _SPAN), "to": rfc3339(until)}
        told, past = await asyncio.gather(score, self._past(visit, until, span))
        if not any(each.index is not None for each in past.points):  # it is not a day old
            past = await self._past(visit, at.replace(second=0, microsecond=0), {"to": rfc3339(at)})
        return Course(past.points, told, at)

    async def _past(self, visit: Visit, until: datetime, span: Mapping[str, str]) -> Trend:
        asked, known = self._known.get(until, (clock.FIRST, None))
        if known is not None and clock.now() - asked < _KEPT:
            return known
        trend = await visit.now(Trend, "/alignment/v1/score/trend", points=_POINTS, **span)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[until] = clock.now(), trend
        return trend


def _at(visit: Visit) -> datetime:
    """The moment that is looked at; of what is to come there is no trend."""
    as_of = visit.place.as_of
    return min(moment(as_of), clock.now()) if as_of else clock.now()
