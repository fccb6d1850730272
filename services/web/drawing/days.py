"""How much happened on each day, as bars beside each other; a day without any has its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

WIDTH, HEIGHT, _GAP, _LEAST = 720, 64, 2, 2


class DayBar(NamedTuple):
    """Where the bar of a day is, with how much it stands for."""

    x: float
    y: float
    width: float
    height: float
    day: date
    number: int


@dataclass(frozen=True)
class Days:
    bars: list[DayBar]
    first: date
    last: date
    most: int
    width: int = WIDTH
    height: int = HEIGHT


def days(numbers: Mapping[date, int], first: date, last: date) -> Days | None:
    """Of the days from ``first`` to ``last``; None where nothing happened on any. What is not nothing can be seen."""
    every = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    most = max((numbers.get(day, 0) for day in every), default=0)
    if not most:
        return None
    room = WIDTH / len(every)

    def bar(place: int, day: date) -> DayBar:
        height = round(max(numbers[day] / most * HEIGHT, _LEAST), 1)
        x, width = round(place * room, 1), round(max(room - _GAP, 1), 1)
        return DayBar(x, HEIGHT - height, width, height, day, numbers[day])

    return Days([bar(place, day) for place, day in enumerate(every) if numbers.get(day)], first, last, most)
