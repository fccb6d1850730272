"""Who waits for a version of an entity, and what this process remembers of having applied."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from services.alignment.view.projection import Projected

_REMEMBERED = 10_000


class Waiting:
    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._applied: dict[str, tuple[int, int]] = {}
        self.number = 0
        """How many wait."""

    def announce(self, events: Sequence[Projected]) -> None:
        """These are in the view now: remember them for a while, and wake those who wait for one of them."""
        for event in events:
            self._applied[event.ref] = max(event.order, self._applied.get(event.ref, event.order))
            for waiter in self._waiting.get(event.ref, ()):
                waiter.set()
        while len(self._applied) > _REMEMBERED:
            del self._applied[next(iter(self._applied))]

    def has_applied(self, ref: str, order: tuple[int, int]) -> bool:
        """Whether this process remembers applying this version or a newer one."""
        return self._applied.get(ref, (0, 0)) >= order

    @contextlib.contextmanager
    def watching(self, ref: str) -> Iterator[asyncio.Event]:
        """An event that is set when this process has applied something of this entity."""
        event = asyncio.Event()
        self._waiting[ref].add(event)
        self.number += 1
        try:
            yield event
        finally:
            self.number -= 1
            self._waiting[ref].discard(event)
            if not self._waiting[ref]:
                del self._waiting[ref]
