"""A series as a line over time, with a gap where there is no figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import ceil, floor
from typing import NamedTuple

from services.web.filters import day

WIDTH, HEIGHT, _LEFT, _EDGE, _STEP = 340, 96, 26, 6, 10


class Sample(NamedTuple):
    """A figure at a moment, None where there is none, and what that moment is called."""

    at: datetime
    value: float | None
    names: Sequence[str] = ()


class Point(NamedTuple):
    """A figure of the series where it is drawn."""

    x: float
    y: float
    sample: Sample


@dataclass(frozen=True)
class Spark:
    """``runs`` are the stretches without a gap, ``scale`` the lines of the ground with their figures, ``marks`` where
    named moments are. All within ``width`` and ``height``; ``foot`` is where the ground of the line ends."""

    runs: Sequence[Sequence[Point]]
    scale: Sequence[tuple[float, int]]
    marks: Sequence[tuple[float, str]]
    sentence: str
    width: int = WIDTH
    height: int = HEIGHT
    foot: int = HEIGHT - _EDGE

    @property
    def last(self) -> Point:
        return self.runs[-1][-1]


def spark(samples: Sequence[Sample]) -> Spark | None:
    """Of samples from 0 on in their order, over the full tens between which they are; None where fewer than two have a
    figure, or all are of one moment."""
    known = [each for each in samples if each.value is not None]
    if len(known) < 2 or samples[0].at == samples[-1].at:
        return None
    values = [each.value for each in known if each.value is not None]
    high = max(ceil(max(values) / _STEP) * _STEP, _STEP)
    low = min(floor(min(values) / _STEP) * _STEP, high - _STEP)
    start, span = samples[0].at, samples[-1].at - samples[0].at

    def across(at: datetime) -> float:
        return round(_LEFT + (at - start) / span * (WIDTH - _LEFT - _EDGE), 1)

    def down(value: float) -> float:
        return round(HEIGHT - _EDGE - (value - low) / (high - low) * (HEIGHT - 2 * _EDGE), 1)

    runs = [
        [Point(across(each.at), down(each.value), each) for each in run if each.value is not None]
        for is_gap, run in groupby(samples, key=lambda each: each.value is None)
        if not is_gap
    ]
    marks = [(across(each.at), name) for each in samples for name in each.names]
    return Spark(runs, [(down(high), high), (down(low), low)], marks, _sentence(known))


def _sentence(known: Sequence[Sample]) -> str:
    first, last = known[0], known[-1]
    return f"From {first.value:g} on {day(first.at)} to {last.value:g} on {day(last.at)}."
