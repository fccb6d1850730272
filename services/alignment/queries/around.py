"""Everything within some hops of a node, read at once where it is not too much: then no hop asks for more."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.hops import MOST_STEPS, Hop, Leg, Step, Walk, steps_among
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.snapshot import is_live, recorded
from shared.contracts.relations import OTHER
from shared.storage.arrays import among_rows
from shared.storage.db import TEXT

_MOST_REACHED, _MOST = 200, 1000
"""Nodes, each as often as it lies so many hops away, and relations: what is more is asked for hop by hop."""


class Hops(Protocol):
    """What goes on from nodes, hop by hop."""

    left_out: LeftOut

    async def hop(self, refs: Sequence[str], room: int = MOST_STEPS) -> Hop: ...
    async def counted(self, refs: Sequence[str]) -> Counter[str]: ...


class Around:
    """As a walk, from steps that have been read: those that go on from every node nearer than the depth."""

    def __init__(self, walk: Walk, steps: Sequence[Step]) -> None:
        self.everything, self.left_out = walk.everything, walk.left_out
        self.steps: dict[str, list[Step]] = defaultdict(list)
        for step in steps:
            self.steps[step.near].append(step)

    async def hop(self, refs: Sequence[str], room: int = MOST_STEPS) -> Hop:
        hop = Hop()
        for step in (step for ref in sorted(refs) for step in self.steps[ref]):
            if not self._follows(step):
                self.left_out.add(step.far, str(step.why))
            elif len(hop.steps) < room:
                hop.steps.append(step)
            else:
                hop.hidden[step.near] += 1
        return hop

    async def counted(self, refs: Sequence[str]) -> Counter[str]:
        return Counter(step.near for ref in refs for step in self.steps[ref] if self._follows(step))

    def _follows(self, step: Step) -> bool:
        return step.why is None or self.everything


async def around(walk: Walk, root: str, depth: int) -> Hops:
    """In one statement, however deep; the walk itself where there is more than that reads, or nothing."""
    query = _around(walk.way, past=walk.moment.past, everything=walk.everything)
    found = await walk.moment.execute(query, root=root, depth=depth, most=_MOST + 1, **walk.given)
    rows = found.all()
    return Around(walk, walk.steps_of(rows)) if 0 < len(rows) <= _MOST else walk


def _at_near(leg: Leg, ref: ColumnElement[Any]) -> ColumnElement[bool]:
    """Relations that a leg follows from a node."""
    parts = [EDGE.c[leg.near] == ref]
    if leg.ups:
        parts.append(or_(*(EDGE.c.up.is_(up) if up is None else EDGE.c.up == up for up in leg.ups)))
    if leg.types:
        parts.append(EDGE.c.type.in_(bindparam(leg.types, expanding=True)))
    return and_(*parts)


@cache
def _around(way: tuple[Leg, ...], *, past: bool, everything: bool) -> Select[Any]:
    """The relations that go on from what is reached, in the order of a walk; none where too much is."""
    some = _reached(way, past=past, everything=everything).cte("some")
    size = select(func.count()).select_from(some).scalar_subquery()
    enough = select(some.c.ref).where(size <= _MOST_REACHED)
    return steps_among(way, lambda near: among_rows(near, enough), past=past)


def _reached(way: tuple[Leg, ...], *, past: bool, everything: bool) -> Select[Any]:
    """Nodes up to a depth, nearest first, each as often as it lies so many hops away."""
    root, begin = cast(bindparam("root", type_=Text()), TEXT), literal(0, Integer())
    reached = select(root.label("ref"), begin.label("hop")).cte("reached", recursive=True)
    far = _far(way, reached.c.ref)
    further = (
        select(far.label("ref"), (reached.c.hop + 1).label("hop"))
        .select_from(reached)
        .join(EDGE, or_(*(_at_near(leg, reached.c.ref) for leg in way)))
        .where(recorded(EDGE, past=past), reached.c.hop < bindparam("depth"))
    )
    if not everything:
        # a condition and no join: with one SQLite begins with all entities
        is_there = exists().where(RECORD.c.ref == far, recorded(RECORD, past=past), is_live(RECORD))
        further = further.where(is_live(EDGE), is_there)
    return select(reached.union(further).c.ref).limit(_MOST_REACHED + 1)


def _far(way: tuple[Leg, ...], ref: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of a relation that some leg follows from a node."""
    first, *others = way
    far = case(*((_at_near(leg, ref), EDGE.c[OTHER[leg.near]]) for leg in others), else_=EDGE.c[OTHER[first.near]])
    return cast(far, TEXT)
