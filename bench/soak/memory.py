"""Whether the memory of a process grows."""

from collections.abc import Sequence
from typing import NamedTuple


class Sample(NamedTuple):
    seconds: float
    mib: float


WARM_UP = LEAST = 60.0
"""Seconds in which caches fill, and that are looked at after them at the least."""


def slope(samples: Sequence[Sample]) -> float | None:
    """MiB a minute, by least squares over what comes after the warm-up, which is the first third, or a minute if
    that is longer; None where less than a minute is left: that is too short to tell."""
    last = samples[-1].seconds if samples else 0.0
    later = [each for each in samples if each.seconds >= max(WARM_UP, last / 3)]
    if len(later) < 2 or last - later[0].seconds < LEAST:
        return None
    middle = sum(each.seconds for each in later) / len(later)
    mean = sum(each.mib for each in later) / len(later)
    spread = sum((each.seconds - middle) ** 2 for each in later)
    rise = sum((each.seconds - middle) * (each.mib - mean) for each in later)
    return 60 * rise / spread
