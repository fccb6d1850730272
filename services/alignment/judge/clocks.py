"""Instants that things hold, as an end of support or a review that falls due: where they stand, and how long before or
after them a rule asks. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Protocol

from shared.clock import FIRST, FOREVER

Instants = tuple[datetime | None, ...]
VALIDITY = frozenset({"valid_from", "valid_to"})
"""What is kept of each thing beside its members."""


class Dated(Protocol):
    """What holds instants: its validity, and members."""

    valid_from: datetime | None
    valid_to: datetime | None

    def get(self, member: str) -> Any: ...


@dataclass(frozen=True, eq=False)
class Clock:
    """``path`` leads to an instant (``period.end``), or to one in each item of a list (``skills[].valid_to``); it comes
    ``days`` after that, or before where they are negative.

    ``later`` says by how many days it is put off; it is one of ``delays``, and reads ``members`` besides.
    """

    path: str
    days: int = 0
    later: Callable[[Dated], int] | None = None
    delays: tuple[int, ...] = (0,)
    more: tuple[str, ...] = ()

    @cached_property
    def _steps(self) -> tuple[str, tuple[str, ...]]:
        """The member that it begins at, and the way on from there."""
        first, *steps = self.path.split(".")
        return first.removesuffix("[]"), tuple(steps)

    @property
    def members(self) -> tuple[str, ...]:
        """The members that it reads."""
        own, _ = self._steps
        return (*(() if own in VALIDITY else (own,)), *self.more)

    @property
    def shifts(self) -> tuple[int, ...]:
        """How many days after what stands there its instants may come."""
        return tuple(self.days + each for each in self.delays)

    def of(self, thing: Dated) -> Instants:
        """Its instants; of a list as many as that has items."""
        own, steps = self._steps
        said = getattr(thing, own) if own in VALIDITY else thing.get(own)
        if said is None:
            return ()
        found: Instants
        if own in VALIDITY:
            found = (said,)
        elif "[]" in self.path:
            found = tuple(_walked(each, steps) for each in said) if isinstance(said, list) else ()
        else:
            found = (_walked(said, steps),)
        if not any(found):
            return found
        days = self.days + (self.later(thing) if self.later else 0)
        return tuple(at and shifted(at, days) for at in found) if days else found


def _walked(value: Any, steps: Iterable[str]) -> datetime | None:
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return instant(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def instant(text: str) -> datetime | None:
    """As owners write it; None for what is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def shifted(at: datetime, days: int) -> datetime:
    """So many days later, within the calendar."""
    try:
        return at + timedelta(days=days)
    except OverflowError:
        return FOREVER if days > 0 else FIRST


def instants(clocks: Iterable[Clock], thing: Dated) -> set[datetime]:
    """All that they say of a thing."""
    return {at for clock in clocks for at in clock.of(thing) if at is not None}


def come(clocks: Iterable[Clock], thing: Dated, now: datetime | None) -> frozenset[tuple[object, int]] | None:
    """Which instants of which clocks have come; None for none."""
    found = [
        (clock, which)
        for clock in clocks
        for which, at in enumerate(clock.of(thing))
        if at is not None and now is not None and at <= now
    ]
    return frozenset(found) if found else None
