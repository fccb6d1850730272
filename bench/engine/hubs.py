"""What one change costs that an outcome looks at over two steps: services serve a process, and that serves the outcome.
No database, one thread."""

import time
from collections.abc import Iterator
from datetime import timedelta

from bench.engine.memory import SETTLE
from bench.organisation import Json, Organisation, owner
from services.alignment.follow.projector import version
from services.alignment.judge.judging import Judge
from services.alignment.judge.plan import Plan
from services.alignment.judge.standing import Version
from services.alignment.view.projection import project

CHANGES = 200
_PACE = timedelta(hours=1)
"""Between two changes, so that what was found lasts."""


def measure(rules: Plan, size: int) -> float:
    """Microseconds until all is judged that it means when one of so many services retires or comes back; of the middle
    one of many changes."""
    made, judge, took = Organisation(0), Judge(rules, settle=SETTLE), list[float]()
    states = list(_graph(made, size))
    judge.take([_told(made, state, number) for number, state in enumerate(states)])
    _keep(judge)
    for number in range(CHANGES):
        state = states[0] | {"state": "operational" if number % 2 else "retired"}
        changed = _told(made, state, len(states), number + 2)
        began = time.perf_counter()
        judge.take([changed])
        took.append(time.perf_counter() - began)
        _keep(judge)
    return sorted(took)[CHANGES // 2] * 1e6


def _keep(judge: Judge) -> None:
    judge.flush()
    judge.committed()


def _graph(made: Organisation, size: int) -> Iterator[Json]:
    ends = [{"kind": "service", "id": made.id(0, number)} for number in range(size)]
    process, outcome = ({"kind": kind, "id": made.id(1, kind)} for kind in ("process", "outcome"))
    for end in (*ends, process, outcome):
        yield made.node(end["id"], end["kind"], end["id"], end["id"])
    for number, end in enumerate(ends):
        yield made.link(made.id(2, number), "serves", end, process)
    yield made.link(made.id(3, 0), "serves", process, outcome)


def _told(made: Organisation, state: Json, position: int, number: int = 1) -> Version:
    service = "catalog" if state["kind"] == "link" else owner(state["kind"])
    at = made.time(position) + number * _PACE
    return version(project(made.event(service, position + number, number, state, at)))
