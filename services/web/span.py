"""The slider through time: from the first recorded change to now, in steps of whole seconds."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor

_STEPS = 200


@dataclass(frozen=True)
class Span:
    """Seconds since 1970, as an input of a range has them; the last step is now, whatever now is by then."""

    first: int
    last: int
    step: int
    at: int

    @classmethod
    def over(cls, first: datetime, now: datetime, as_of: datetime | None) -> "Span":
        """The steps end a little after now, so that a step lies on the end."""
        start = floor(first.timestamp())
        step = max(1, ceil((now.timestamp() - start) / _STEPS))
        end = start + step * max(1, ceil((now.timestamp() - start) / step))
        value = end if as_of is None else min(max(floor(as_of.timestamp()), start), end)
        return cls(start, end, step, value)
