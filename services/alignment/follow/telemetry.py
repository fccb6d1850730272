"""What the follower tells of its work: counts, gauges, spans and log lines."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from opentelemetry.trace import SpanKind

from services.alignment.view import dead_letters, generations
from services.alignment.view.projection import Projected
from shared import clock
from shared.contracts import OWNERS
from shared.contracts.events import topic
from shared.storage.db import Database
from shared.telemetry import log, metrics
from shared.telemetry.messages import MessageSpans, tell

_LINES = 20  # of a batch: whoever sends thousands must not fill the log with them
_TOPICS = {service: topic(service) for service in OWNERS}


class Reporting:
    """``look`` is asked for once a second; a lag is computed when it is read, so that it grows when nobody looks."""

    def __init__(self, system: str) -> None:
        self._standing: generations.Standing | None = None
        self._spans = MessageSpans("alignment", system, "process", SpanKind.CONSUMER)
        metrics.GENERATION.watch(self._told(lambda standing: standing.generation or 0))
        metrics.REBUILDING.watch(self._told(lambda standing: standing.rebuilding))
        metrics.KEPT_DEAD_LETTERS.watch(self._told(lambda standing: standing.dead_letters))
        for service in OWNERS:
            metrics.LAG.watch(partial(self._lag, service), service)
            metrics.APPLIED.labels(service)
            metrics.DISAGREEMENTS.labels(service)

    async def look(self, database: Database) -> None:
        """How the view stands, by its database: another replica may have moved it on."""
        async with database.read() as connection:
            self._standing = await generations.standing(connection)

    def applied(self, events: Sequence[Projected], dead: Sequence[dead_letters.DeadLetter], began: int) -> None:
        """A batch is in the view; ``began`` is since when it was worked on, in nanoseconds since 1970."""
        metrics.APPLY_SECONDS.observe(max(0, clock.nanoseconds() - began) / 1e9)
        for service, count in Counter(event.service for event in events).items():
            metrics.APPLIED.labels(service).inc(count)
        self._spans.record(began, _TOPICS, events)
        tell("applied", events)
        self.buried(dead)

    def buried(self, dead: Sequence[dead_letters.DeadLetter]) -> None:
        """These are kept."""
        metrics.DEAD_LETTERS.inc(len(dead))
        for letter in dead[:_LINES]:
            log.warning("dead letter", source=letter.source, reason=letter.error)
        if len(dead) > _LINES:
            log.warning("more dead letters", number=len(dead) - _LINES)

    def _told(self, what: Callable[[generations.Standing], float]) -> Callable[[], float | None]:
        return lambda: None if self._standing is None else what(self._standing)

    def _lag(self, service: str) -> float | None:
        mark = self._standing.marks.get(service) if self._standing else None
        return None if mark is None else max(0.0, (clock.now() - mark).total_seconds())
