"""Whether a finding closes by changes that are thought of: the one rule is asked again about the one subject."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from services.alignment.judge.catalogue.words import END, GOAL
from services.alignment.judge.forecast import MOST_READ
from services.alignment.judge.history import History, TooMuch
from services.alignment.judge.plan import plan
from services.alignment.judge.replay import NOTHING, Supposed, foresee
from services.alignment.queries.snapshot import Moment
from services.alignment.views.supposing import Supposing
from services.alignment.views.valid_time import times_of
from shared.clock import FOREVER
from shared.contracts.views.scenario import Step
from shared.errors import Invalid

Json = dict[str, Any]
_STEPS: TypeAdapter[list[Any]] = TypeAdapter(list[Step])


async def closing(moment: Moment, found: Json, subject: str, ways: Sequence[Sequence[Json]]) -> list[bool]:
    """For each of several ways to change something, whether the finding closes by it alone. A rule that is asked of
    everything at once, or that looks at more than is read for an answer, is not tried: what it has found is taken to
    close."""
    if not ways:
        return []
    supposed = [await _supposed(moment, way) for way in ways]
    times, rule, id = times_of(moment), moment.rules[found["rule"]], found["id"]
    assert times is not None  # a moment to suppose something at is one apart
    by = plan([rule], (GOAL, END))
    history = History.known(moment.connection, moment.generation, times, by, MOST_READ)
    try:
        piece = await history.piece({subject}, {end for each in supposed if each for end in each.refs})
        stored = [each for each in await history.findings({subject}) if each.opened_at <= times.known_at]
    except TooMuch:
        return [each is not None for each in supposed]
    known = [each._replace(resolved_at=FOREVER) for each in stored if each.rule == rule.id]

    def is_open(then: Supposed) -> bool:
        return any(each.id == id for each in foresee(by, piece, {subject}, times, known, then).open)

    def judged() -> list[bool]:
        tried = not rule.check.footprint.whole and is_open(NOTHING)
        return [then is not None and not (tried and is_open(then)) for then in supposed]

    return await asyncio.to_thread(judged)


async def _supposed(moment: Moment, way: Sequence[Json]) -> Supposed | None:
    """None for steps that cannot be."""
    asked = Supposing(moment)
    try:
        for number, step in enumerate(_STEPS.validate_python(way)):
            await asked.take(number, step)
    except Invalid:
        return None
    return asked.supposed()
