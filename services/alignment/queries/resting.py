"""What rests on things: everything live that justifying relations lead up from to them, by itself or by way of others.

An outcome and a business strategy stand by themselves, whatever they are related to: neither they nor what rests on
them alone is counted with what lies above.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.edges import LOWER, UPPER
from services.alignment.queries.snapshot import Moment, is_live, recorded
from shared.storage.arrays import any_of, chunks
from shared.storage.rows import every

MOST_READ, _MOST_HOPS, _MOST_STEPS = 5000, 50, 200_000
"""Relations, how far, and steps over them from all tops together: what lies beyond is not counted."""


class Resting:
    """``below`` has by thing what rests on it at once; of those in ``cut`` not all of it was read. So many steps are
    walked in all, and no more."""

    def __init__(self, below: Mapping[str, Sequence[str]], cut: Iterable[str]) -> None:
        self._below, self._cut = below, frozenset(cut)
        self._steps = _MOST_STEPS
        self._on: dict[str, tuple[frozenset[str], bool]] = {}

    def on(self, top: str) -> tuple[frozenset[str], bool]:
        """What rests on a thing, and whether there may be more."""
        if top not in self._on:
            self._on[top] = self._walked(top)
        return self._on[top]

    def _walked(self, top: str) -> tuple[frozenset[str], bool]:
        found, waiting = {top}, [top]
        while waiting and self._steps > 0:
            lowers = self._below.get(waiting.pop(), ())
            self._steps -= len(lowers)
            fresh = {lower for lower in lowers if lower not in found}
            found |= fresh
            waiting += fresh
        return frozenset(found - {top}), bool(waiting) or not self._cut.isdisjoint(found)


async def resting(moment: Moment, tops: Iterable[str]) -> Resting:
    """What rests on live things. Each is read once, whatever it rests on by however many ways."""
    below: dict[str, list[str]] = defaultdict(list)
    cut = set[str]()
    seen = set(tops)
    reached, room = sorted(seen), MOST_READ
    for _ in range(_MOST_HOPS):
        if not reached:
            break
        fresh = set[str]()
        for some in chunks(reached):
            query = _lowers(past=moment.past).limit(room + 1)
            rows = await every(await moment.execute(query, refs=some))
            if len(rows) > room:
                cut.update(some)
            for row in rows[:room]:
                below[row.upper].append(row.lower)
                fresh.add(row.lower)
            room = max(0, room - len(rows))
        reached = sorted(fresh - seen)
        seen |= fresh
    return Resting(below, cut.union(reached))


@cache
def _lowers(*, past: bool) -> Select[Any]:
    theirs = and_(RECORD.c.ref == LOWER, recorded(RECORD, past=past))
    mine = or_(
        any_of(EDGE.c.target, "refs") & (EDGE.c.up == "source"), any_of(EDGE.c.source, "refs") & (EDGE.c.up == "target")
    )
    query = select(UPPER.label("upper"), LOWER.label("lower")).join(RECORD, theirs)
    return query.where(recorded(EDGE, past=past), mine, is_live(EDGE), is_live(RECORD), ~_is_goal())


def _is_goal() -> ColumnElement[bool]:
    business = and_(RECORD.c.kind == "strategy", RECORD.c.type.is_not(None), RECORD.c.type == "business")
    return or_(RECORD.c.kind == "outcome", business)
