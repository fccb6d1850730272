"""Whether the memory of a process grows."""

from collections.abc import Sequence
from typing import NamedTuple


class Sample(NamedTuple):
    seconds: float
    mib: float


def slope(samples: Sequence[Sample]) -> float:
    """MiB a minute, by least squares over what comes after the first third: until then caches fill."""
    later = samples[len(samples) // 3 :]
    if len(later) < 2:
        return 0.0
    middle = sum(each.seconds for each in later) / len(later)
    mean = sum(each.mib for each in later) / len(later)
    spread = sum((each.seconds - middle) ** 2 for each in later)
    rise = sum((each.seconds - middle) * (each.mib - mean) for each in later)
    return 60 * rise / spread if spread else 0.0
