"""Decode, fold and judge alone: no database, one thread, processor time."""

import gc
import heapq
import time
from collections.abc import Iterator
from datetime import timedelta

import orjson

from bench.floors import projector
from bench.organisation import Json, Organisation
from services.alignment.follow.projector import version
from services.alignment.judge.judging import Judge
from services.alignment.judge.plan import Plan
from services.alignment.view.projection import Projected, project
from shared.contracts import OWNERS

BATCH = 1000
SETTLE = timedelta(seconds=60)
Batches = list[list[Json]]


def merged(organisation: Organisation) -> Iterator[Json]:
    """Everything that the owners tell, in the order of recording."""
    return heapq.merge(*map(organisation.events, OWNERS), key=lambda event: str(event["time"]))


def batches(organisation: Organisation) -> Batches:
    events = list(merged(organisation))
    return [events[start : start + BATCH] for start in range(0, len(events), BATCH)]


def measure(rules: Plan, told: Batches) -> dict[str, float]:
    """Microseconds of processor time an event: ``project`` what it means as rows, ``judge`` what it means to rules; and
    how many rows of findings an event made, looks included that came to nothing."""
    judge, spent, rows = Judge(rules, settle=SETTLE), {"project": 0.0, "judge": 0.0}, 0
    gc.collect()
    gc.freeze()
    for batch in told:
        raw = [orjson.dumps(event) for event in batch]
        began = time.process_time()
        events = [project(orjson.loads(event)) for event in raw]
        projected = time.process_time()
        judge.take([version(event) for event in _sorted(events)])
        rows += len(judge.flush().made)
        judge.committed()
        spent["project"] += projected - began
        spent["judge"] += time.process_time() - projected
    count = sum(map(len, told))
    found = {name: seconds / count * 1e6 for name, seconds in spent.items()}
    return found | {"looks": judge.judged / count, "findings": rows / count}


def _sorted(events: list[Projected]) -> list[Projected]:
    return sorted(events, key=lambda event: (event.recorded_at, event.order))


def floor(told: Batches) -> float:
    """Microseconds of processor time for the least that any projector does: decode an event, keep the newest."""
    raw = [orjson.dumps(event) for batch in told for event in batch]
    rows, began = projector.Rows(), time.process_time()
    for each in raw:
        rows.add(each)
    return (time.process_time() - began) / len(raw) * 1e6
