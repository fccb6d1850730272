"""Values beside each other, and beside what they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_LOW, _MIDDLING = 70, 85

Tone = Literal["lo", "mid", ""]


@dataclass(frozen=True)
class Bar:
    """A value from 0 to 100, None where nothing is counted, and what it was; ``address`` is where more is said."""

    name: str
    value: float | None
    was: float | None = None
    address: str | None = None

    @property
    def length(self) -> float:
        """In hundredths of the track."""
        return round(min(max(self.value or 0, 0), 100), 1)

    @property
    def before(self) -> float | None:
        """Where on the track the mark of what it was is; it is one hundredth wide and stays within."""
        return None if self.was is None else round(min(max(self.was, 0), 99), 1)

    @property
    def tone(self) -> Tone:
        if self.value is None or self.value >= _MIDDLING:
            return ""
        return "lo" if self.value < _LOW else "mid"

    @property
    def change(self) -> float | None:
        return None if self.value is None or self.was is None else self.value - self.was


def sentence(bars: Sequence[Bar]) -> str:
    """What the bars show, for who does not see them."""
    counted = [each for each in bars if each.value is not None]
    if not counted:
        return "Nothing is counted yet."
    least = min(counted, key=lambda each: each.value or 0)
    return f"{len(counted)} of {len(bars)} have something to count; lowest is {least.name} with {least.value:g}."
