"""The instants at which something turns by itself: validity, ages, what rules watch, and rules themselves. Pure."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from services.alignment.judge.clocks import instants
from services.alignment.judge.graph import Edge, Graph, Node
from services.alignment.judge.meaning import lasts
from services.alignment.judge.plan import Plan
from services.alignment.judge.touching import Touching
from shared.clock import after

_ENTRIES = 10_000


class Awaiting(Touching):
    """What is awaited stands under its instant; in the place of a thing None for the rules."""

    def __init__(self, plan: Plan, graph: Graph) -> None:
        super().__init__(plan, graph)
        self._number = count()
        self._due: list[tuple[datetime, int, Node | Edge | None]] = [
            (at, next(self._number), None) for at in plan.spells.turns
        ]
        self._first = next(self._number)
        """The number from which on entries are of this batch."""
        self._enough = _ENTRIES
        """So many entries may be there until those that mean nothing any more are looked for."""

    @property
    def next_due(self) -> datetime | None:
        return self._due[0][0] if self._due else None

    def due(self) -> set[tuple[datetime, str]]:
        """The instants at which something turns by itself, and what; without those that mean nothing any more."""
        return {(at, thing.name if isinstance(thing, Edge) else thing.ref) for at, thing in self._meant() if thing}

    def _meant(self) -> dict[tuple[datetime, Node | Edge | None], int]:
        return {
            (at, thing): number
            for at, number, thing in self._due
            if thing is None
            or (at in (thing.valid_from, thing.valid_to) and (isinstance(thing, Node) or thing.in_force))
            or (isinstance(thing, Node) and at in self._ripe(thing))
        }

    def accept(self) -> None:
        """What has been awaited since the last time stays."""
        if len(self._due) > self._enough:
            self._due = [(at, number, thing) for (at, thing), number in self._meant().items()]
            heapq.heapify(self._due)
            self._enough = max(_ENTRIES, 2 * len(self._due))
        self._first = next(self._number)

    def take_back(self) -> None:
        """It was not awaited; what was popped is there again."""
        self._due = [entry for entry in self._due if entry[1] < self._first]
        heapq.heapify(self._due)

    def _ripe(self, node: Node) -> list[datetime]:
        """When it has been live for as long as rules ask, and the instants that rules watch."""
        return [*self._ages(node), *instants(self.plan.clocks.get(node.kind, ()), node)]

    def _ages(self, node: Node) -> list[datetime]:
        begun = self.begun(node)
        return [after(begun, span) for span in self.plan.after.get(node.kind, ())] if begun else []

    def begun(self, node: Node) -> datetime | None:
        """Since when it has been live, or from when on it will be: in a live state, and valid."""
        since = node.live_since if lasts(node.kind, node.state, live=node.has_live_state) else None
        return since and max(since, node.valid_from or since)

    def _await(self, thing: Node | Edge, *instants: datetime | None) -> None:
        now = self.graph.now
        assert now is not None
        for instant in instants:
            if instant is not None and instant > now:
                heapq.heappush(self._due, (instant, next(self._number), thing))

    def _come(self, instant: datetime) -> Iterator[tuple[datetime, Node | Edge | None]]:
        """What is awaited by an instant; it is awaited no longer."""
        while self._due and self._due[0][0] <= instant:
            entry = heapq.heappop(self._due)
            self.graph.undo_by(heapq.heappush, self._due, entry)
            yield entry[0], entry[2]
