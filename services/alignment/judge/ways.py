"""The ways that a look into the tables goes: as rules look, and back from what changed to who looks at it. Pure."""

from collections.abc import Sequence
from functools import lru_cache

from services.alignment.judge.footprint import Step
from services.alignment.judge.plan import Plan

_PLANS = 32
"""Plans whose ways are kept: those of moments between settings, and of ages."""


@lru_cache(maxsize=_PLANS)
def ways_back(plan: Plan) -> tuple[tuple[Step, ...], ...]:
    """From where something changed to who looks at it."""
    backs = [back.steps for of in plan.readings.values() for _, backs in of for back in backs]
    backs += [back.steps for of in plan.steps.values() for back in of]
    return _merged([steps for steps in dict.fromkeys(backs) if steps])


@lru_cache(maxsize=_PLANS)
def ways(plan: Plan) -> tuple[tuple[Step, ...], ...]:
    """From a subject to what rules look at."""
    paths = [path.steps for rule in plan.rules for path in rule.check.footprint.paths]
    return _merged(list(dict.fromkeys(paths)))


@lru_cache(maxsize=_PLANS)
def watched(plan: Plan) -> list[tuple[str, int, tuple[str, ...]]]:
    """Where instants stand that rules watch, by how many days they come later, and of which kinds."""
    found: dict[tuple[str, int], set[str]] = {}
    for kind, clocks in plan.clocks.items():
        for clock in clocks:
            for days in clock.shifts:
                found.setdefault((clock.path, days), set()).add(kind)
    return [(path, days, tuple(sorted(kinds))) for (path, days), kinds in found.items()]


def _merged(ways: Sequence[tuple[Step, ...]]) -> tuple[tuple[Step, ...], ...]:
    """Single steps of one direction are taken together."""
    single = {
        forward: tuple(
            sorted({type for way in ways if len(way) == 1 and way[0].forward is forward for type in way[0].types})
        )
        for forward in (True, False)
    }
    return (
        *((Step(types, forward),) for forward, types in single.items() if types),
        *(way for way in ways if len(way) > 1),
    )


@lru_cache(maxsize=_PLANS)
def rests(plan: Plan) -> tuple[tuple[Step, ...], ...]:
    """What may be left of a way once its first steps have been made."""
    found = (steps[place:] for steps in ways(plan) for place in range(1, len(steps)))
    return tuple(dict.fromkeys(steps for steps in found if len(steps) > 1))
