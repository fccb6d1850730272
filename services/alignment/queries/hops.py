"""One hop of a walk: the relations of many nodes with what lies at their other ends, in one statement where there are
not too many; what is left out because it is not live is counted by why, what there is no room for by where."""

from collections import Counter, namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from services.alignment.judge.moved import AT
from services.alignment.models import EDGE, RECORD
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.nodes import BRIEF_NAMES, OF_NODE, brief, unseen
from services.alignment.queries.scopes import counts_in
from services.alignment.queries.snapshot import INSTANT, Moment, is_live, recorded
from shared.contracts.relations import OTHER, End
from shared.live import kind_of, why_not_active, why_not_live
from shared.storage.arrays import any_of, chunks
from shared.storage.rows import every

MOST_STEPS = 2000
"""Relations that one hop reads."""
Json = dict[str, Any]
Passes = Callable[[Any, Any], bool]
"""Whether a walk goes on from a node (a row, an instant)."""


class Leg(NamedTuple):
    """Relations that begin at their end ``near``: of all types or of those given when it runs under the name ``types``;
    whatever they justify, or one of the ends ``ups``. What is given under the name ``scopes`` are the places in one of
    which their far ends count, as far as those say where."""

    near: End
    types: str | None = None
    ups: tuple[str | None, ...] | None = None
    scopes: str | None = None


Way = tuple[Leg, ...]
UP: Way = (Leg("source", ups=(None, "source")), Leg("target", ups=("target",)))
"""Toward what justifies; a relation that justifies nothing leads from its source to its target."""
DOWN: Way = (Leg("target", ups=(None, "source")), Leg("source", ups=("target",)))


def typed(way: Way) -> Way:
    """The same, of the types that are given as ``types``."""
    return tuple(leg._replace(types="types") for leg in way)


def out(*types: str) -> tuple[Way, dict[str, Sequence[str]]]:
    """From sources to targets by relations of these types, and what is given for it."""
    return (Leg("source", "types"),), {"types": types}


def into(*types: str) -> tuple[Way, dict[str, Sequence[str]]]:
    """From targets to sources."""
    return (Leg("target", "types"),), {"types": types}


_far: Any = namedtuple("_far", BRIEF_NAMES)  # type: ignore[misc]  # its names are those of a list
"""What lies at the far end, with the columns of a brief node."""


class Step(NamedTuple):
    """A relation with both ends, what lies at its far end, and why it is not active or that is not live."""

    row: Any
    near: str
    far: str
    there: Any
    why: str | None
    moment: Moment

    @property
    def node(self) -> Json:
        """The far end, as answers have it."""
        return unseen(self.far) if self.there is None else brief(self.moment, self.there)


@dataclass
class Hop:
    """``hidden`` counts the relations for which there was no room, by their near ends."""

    steps: list[Step] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)


class Walk:
    """How to walk at a moment: along which relations, through what (``passes``), and whether what is not live is shown
    as well (``everything``). ``wanted`` chooses among the relations: by near end, its side, type and source's kind."""

    def __init__(
        self,
        moment: Moment,
        way: Way,
        given: Mapping[str, Sequence[str]],
        *,
        everything: bool = False,
        left_out: LeftOut | None = None,
        passes: Passes | None = None,
        wanted: Callable[[str, End, str, str], bool] = lambda *_: True,
    ) -> None:
        self.moment, self.way, self.given = moment, way, given
        self.everything, self.passes, self.wanted = everything, passes, wanted
        self.left_out = LeftOut() if left_out is None else left_out

    async def hop(self, refs: Sequence[str], room: int = MOST_STEPS) -> Hop:
        """From these nodes, in the order of their references; ``room`` bounds the steps."""
        hop = Hop()
        for some in chunks(sorted(refs)):
            await self._of(some, room - len(hop.steps), hop)
        return hop

    async def _of(self, refs: Sequence[str], room: int, hop: Hop) -> None:
        steps, size = await self.read(refs, room + 1, live=False) if room > 0 else ([], 1)
        if size <= room:
            for step in steps:
                if self._follows(step.why):
                    hop.steps.append(step)
                elif step.why:
                    self.left_out.add(step.far, step.why)
            return
        counts = await self.counted(refs, self.left_out.counted)
        if room > 0:
            steps, _ = await self.read(refs, room, live=not self.everything)
            steps = [step for step in steps if self._follows(step.why)]
            hop.steps += steps
        hop.hidden += counts - Counter(step.near for step in steps)

    def _follows(self, why: str | None) -> bool:
        return why is None or self.everything

    async def read(self, refs: Sequence[str], most: int, *, live: bool) -> tuple[list[Step], int]:
        """Of the first relations those that are wanted, and how many were read."""
        query = _steps(self.way, past=self.moment.past, live=live)
        rows = await every(await self.moment.execute(query, refs=refs, most=most, **self.given))
        return self.steps_of(rows), len(rows)

    def steps_of(self, rows: Iterable[Any]) -> list[Step]:
        """Of relations with their far nodes those that are wanted."""
        steps = (self._step(row) for row in rows)
        return [s for s in steps if self.wanted(s.near, s.row.side, s.row.type, kind_of(s.row.source))]

    def _step(self, row: Any) -> Step:
        node: Any = _far(*row[-len(OF_NODE) :])
        there = node if node.ref else None
        return Step(row, row.near, row.far, there, self._why(row, there), self.moment)

    def _why(self, edge: Any, node: Any) -> str | None:
        if why := why_not_active(edge, self.moment.at):
            return why
        passes = node is not None and self.passes is not None and self.passes(node, self.moment.at)
        return None if passes else why_not_live(node, self.moment.at)

    async def counted(self, refs: Sequence[str], left_out: Counter[str] | None = None) -> Counter[str]:
        """How many relations would be followed from each of these nodes, and into ``left_out`` how many would not."""
        counts: Counter[str] = Counter()
        for some in chunks(sorted(refs)):
            query = _counts(self.way, past=self.moment.past)
            for row in await self.moment.execute(query, refs=some, **self.given):
                far = f"{row.kind or ''}/"
                ends = {row.side: row.near, OTHER[row.side]: far}
                if not self.wanted(row.near, row.side, row.type, kind_of(ends["source"])):
                    continue
                why = self._why(*self._as_rows(row, ends, far))
                if self._follows(why):
                    counts[row.near] += row.number
                elif why and left_out is not None:
                    left_out[why] += row.number
        return counts

    def _as_rows(self, row: Any, ends: dict[str, str], far: str) -> tuple[Any, Any]:
        """A relation and a node that stand for all that were counted together."""
        edge = SimpleNamespace(type=row.type, field=None if row.is_link else "", live=row.live, **ends)
        node = SimpleNamespace(ref=far, state=row.state, live=row.node_live, deleted=row.deleted)
        for each, when in ((edge, row.edge_when), (node, row.node_when)):
            each.valid_from = self.moment.at + INSTANT if when > 0 else None
            each.valid_to = self.moment.at if when < 0 else None
        return edge, node if row.kind else None


Among = Callable[[Any], ColumnElement[bool]]  # whether a column is a node that a walk goes on from


def _given(column: Any) -> ColumnElement[bool]:
    return any_of(column, "refs")


def _leg(leg: Leg, among: Among, *, past: bool) -> Select[Any]:
    near, far = EDGE.c[leg.near], EDGE.c[OTHER[leg.near]]
    ends = near.label("near"), far.label("far"), literal(leg.near).label("side")
    query = select(EDGE, *ends).where(recorded(EDGE, past=past), among(near))
    if leg.types:
        # of an array SQLite makes no use in an index, and would go through all relations of a hub
        query = query.where(EDGE.c.type.in_(bindparam(leg.types, expanding=True)))
    if leg.ups:
        query = query.where(or_(*(EDGE.c.up.is_(up) if up is None else EDGE.c.up == up for up in leg.ups)))
    return query.where(counts_in(leg.scopes, far, past=past)) if leg.scopes else query


def _edges(way: Way, among: Among = _given, *, past: bool) -> Subquery:
    legs = [_leg(leg, among, past=past) for leg in way]
    return (union_all(*legs) if len(legs) > 1 else legs[0]).subquery()


@cache
def _steps(way: Way, *, past: bool, live: bool) -> Select[Any]:
    return steps_among(way, _given, past=past, live=live)


def steps_among(way: Way, among: Among, *, past: bool, live: bool = False) -> Select[Any]:
    """``live`` leaves out in the database what would be left out here; a walk may pass through more than that."""
    edges = _edges(way, among, past=past)
    theirs = and_(RECORD.c.ref == edges.c.far, recorded(RECORD, past=past))
    query = select(edges, *OF_NODE).join_from(edges, RECORD, theirs, isouter=not live)
    if live:
        query = query.where(is_live(edges), is_live(RECORD))
    return query.order_by(*(edges.c[name] for name in ("near", "type", "far", "origin"))).limit(bindparam("most"))


@cache
def _counts(way: Way, *, past: bool) -> Select[Any]:
    edges = _edges(way, past=past)
    theirs = and_(RECORD.c.ref == edges.c.far, recorded(RECORD, past=past))
    of_edge = (*(edges.c[name] for name in ("near", "side", "type", "live")), edges.c.field.is_(None).label("is_link"))
    of_node = RECORD.c.kind, RECORD.c.state, RECORD.c.live.label("node_live"), RECORD.c.deleted
    when = _when(edges).label("edge_when"), _when(RECORD).label("node_when")
    each = select(*of_edge, *of_node, *when).join_from(edges, RECORD, theirs, isouter=True).subquery()
    return select(each, func.count().label("number")).group_by(*each.c).order_by(each.c.near)


def _when(table: Any) -> ColumnElement[int]:
    """1 where it is not valid yet, -1 where it is no longer."""
    return case((table.c.valid_from > AT, 1), (table.c.valid_to <= AT, -1), else_=0)
