"""How far the view has each service's changes, in memory: nobody but the writer moves it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import AHEAD, PROGRESS
from services.alignment.view.projection import Projected
from shared.clock import FOREVER
from shared.storage.bulk_writer import Delete, Insert, Operation, Update

_REACHED = select(PROGRESS.c.service, PROGRESS.c.position).where(PROGRESS.c.generation == bindparam("at"))
_AHEAD = select(AHEAD.c.service, AHEAD.c.position).where(AHEAD.c.generation == bindparam("at"))
_PLACE = ("generation", "service", "position")
_LONG_AGO = FOREVER.replace(year=1)


@dataclass(frozen=True)
class Progress:
    """``positions`` is per service the highest one below which nothing is missing, ``ahead`` what has arrived
    beyond."""

    positions: Mapping[str, int]
    ahead: Mapping[str, frozenset[int]]

    @classmethod
    async def load(cls, connection: AsyncConnection, generation: int) -> Self:
        reached = (await connection.execute(_REACHED, {"at": generation})).all()
        ahead: dict[str, set[int]] = defaultdict(set)
        for service, position in await connection.execute(_AHEAD, {"at": generation}):
            ahead[service].add(position)
        return cls(dict(reached), {service: frozenset(places) for service, places in ahead.items()})

    def with_(self, generation: int, events: Sequence[Projected]) -> tuple["Progress", list[Operation]]:
        """With what has arrived, and what that changes in the tables."""
        arrived: dict[str, dict[int, datetime]] = defaultdict(dict)
        for event in events:
            arrived[event.service][event.position] = event.recorded_at
        positions, ahead = dict(self.positions), dict(self.ahead)
        moved, come, gone = [], [], []
        for service, mine in arrived.items():
            reached, waiting = positions[service], ahead.get(service, frozenset())
            while reached + 1 in mine or reached + 1 in waiting:
                reached += 1
            beyond = frozenset(place for place in mine if place > reached)
            come += [(generation, service, place) for place in sorted(beyond - waiting)]
            gone += [(generation, service, place) for place in sorted(waiting) if place <= reached]
            ahead[service] = frozenset(place for place in waiting | beyond if place > reached)
            if reached > positions[service]:
                # positions and recording times rise together, so all until this one's time is there as well
                moved.append((generation, service, reached, mine.get(reached, _LONG_AGO)))
                positions[service] = reached
        values, rising = ("position", "recorded_until"), frozenset({"recorded_until"})
        operations: list[Operation] = [
            Update(PROGRESS, ("generation", "service"), values, moved, rising=rising),
            Delete(AHEAD, _PLACE, gone),
            Insert(AHEAD, _PLACE, come),
        ]
        return Progress(positions, ahead), operations
