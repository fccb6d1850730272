"""What a node carries: who loses something if it fails or goes, what has to be looked at if it changes, whom to ask."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from services.alignment.models import RECORD
from services.alignment.queries.edges import edge
from services.alignment.queries.hops import Leg, Step, Walk
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.nodes import brief, split
from services.alignment.queries.snapshot import Moment
from services.alignment.views.asking import to_ask
from shared.contracts.relations import OTHER, RELATIONS, End
from shared.live import counts
from shared.storage.arrays import any_of, chunks

MAX_DEPTH = 10
MAX_NODES = 500
_BOTH = frozenset(OTHER)
_WAY = tuple(Leg(near, f"hits_{far}") for near, far in OTHER.items())
"""From either end to the other one, by the relations that hit that one."""
_AT_RISK = {f"hits_{end}": [r.name for r in RELATIONS.values() if end in r.risk] for end in OTHER}
_TO_REVIEW = {f"hits_{end}": [r.name for r in RELATIONS.values() if r.review == {end}] for end in OTHER}
_BESIDE = {f"hits_{end}": [r.name for r in RELATIONS.values() if r.review == _BOTH] for end in OTHER}
Json = dict[str, Any]
Steps = list[Step]


@dataclass
class _Reached:
    """The way to each thing that a walk comes to, nearest first; and how many relations were not followed."""

    limit: int
    ways: dict[str, Steps] = field(default_factory=dict)
    hidden: int = 0

    def add(self, step: Step, before: Steps) -> bool:
        """Whether there is room for it."""
        if len(self.ways) >= self.limit:
            self.hidden += 1
            return False
        self.ways[step.far] = [*before, step]
        return True


@dataclass(frozen=True)
class _Asked:
    moment: Moment
    root: str
    depth: int
    limit: int
    left_out: LeftOut

    def walk(self, given: Mapping[str, Sequence[str]], *, everything: bool, **how: Any) -> Walk:
        how = {"left_out": self.left_out, **how}
        return Walk(self.moment, _WAY, given, everything=everything, passes=counts, **how)


async def impact(moment: Moment, root: Any, depth: int, limit: int, *, everything: bool = False) -> Json:
    """For the row of a node. ``at_risk`` and ``to_review`` are rows ``{node, distance, path, size}``, nearest first, at
    most ``limit`` each and ``depth`` steps away; ``customers`` and ``contracts`` repeat those at risk on a live way;
    ``to_ask`` says whom to ask. ``hidden`` counts relations that were not followed, ``left_out`` by why what is
    not live; ``everything`` shows that as well."""
    asked = _Asked(moment, root.ref, depth, limit, LeftOut())
    risk, review = [await _merged(asked, walked, everything=everything) for walked in (_at_risk, _to_review)]
    sizes = await _sizes(moment, {**risk.ways, **review.ways})
    at_risk, to_review = (
        [_row(moment, way, sizes.get(ref)) for ref, way in found.ways.items()] for found in (risk, review)
    )
    nodes = {root.ref: brief(moment, root)} | {ref: way[-1].node for ref, way in risk.ways.items()}
    asking, unasked = await to_ask(moment, nodes, asked.left_out, everything=everything)
    certain = [row for row, way in zip(at_risk, risk.ways.values(), strict=True) if not any(step.why for step in way)]
    return {
        "subject": nodes[root.ref],
        "at_risk": at_risk,
        "to_review": to_review,
        "to_ask": asking,
        "customers": [row for row in certain if row["node"]["kind"] == "consumer_group"],
        "contracts": [row for row in certain if row["node"]["kind"] == "contract"],
        "hidden": risk.hidden + review.hidden + unasked,
        "left_out": asked.left_out.told({root.ref, *risk.ways, *review.ways}),
    }


async def _merged(asked: _Asked, walked: Callable[..., Awaitable[_Reached]], *, everything: bool) -> _Reached:
    """What live ways come to; and after that, where asked for, what others do."""
    found = await walked(asked, everything=False)
    if not everything:
        return found
    more = await walked(asked, everything=True)
    ways = found.ways | {ref: way for ref, way in more.ways.items() if ref not in found.ways}
    nearest = sorted(ways, key=lambda ref: len(ways[ref]))
    over = nearest[asked.limit :]
    return _Reached(asked.limit, {ref: ways[ref] for ref in nearest if ref not in over}, more.hidden + len(over))


async def _at_risk(asked: _Asked, *, everything: bool) -> _Reached:
    """Risk climbs from part to whole; from whole to part it goes among the parts of what was asked about, and never
    after a climb: ``parts`` are those with the way down to each."""
    found = _Reached(asked.limit)
    frontier: dict[str, Steps] = {asked.root: []}
    parts: dict[str, Steps] = {asked.root: []}
    seen_parts = {asked.root}

    def is_down(side: End, type: str) -> bool:
        return type == "part_of" and OTHER[side] == "source"

    def wanted(near: str, side: End, type: str, source_kind: str) -> bool:
        from_here = parts if is_down(side, type) else frontier
        return near in from_here and OTHER[side] in RELATIONS[type].at_risk(source_kind)

    walk = asked.walk(_AT_RISK, everything=everything, wanted=wanted)
    for _ in range(asked.depth):
        hop = await walk.hop([*(parts | frontier)])
        found.hidden += hop.hidden.total()
        reached: dict[str, Steps] = {}
        below: dict[str, Steps] = {}
        for step in hop.steps:
            down = is_down(step.row.side, step.row.type)
            way = (parts if down else frontier)[step.near]
            fresh = step.far not in found.ways and step.far != asked.root
            if fresh and found.add(step, way):
                reached[step.far] = found.ways[step.far]
            if down and step.far in found.ways and step.far not in seen_parts:
                below[step.far] = [*way, step]
                seen_parts.add(step.far)
        frontier, parts = reached, below
        if not frontier and not parts:
            return _without_ends(asked, found, everything=everything)
    border = asked.walk(_AT_RISK, everything=everything, wanted=wanted, left_out=LeftOut())
    found.hidden += await _beyond(border, [*(parts | frontier)], {asked.root, *found.ways})
    return _without_ends(asked, found, everything=everything)


def _without_ends(asked: _Asked, found: _Reached, *, everything: bool) -> _Reached:
    """What is not live itself is there for what it still carries; where that is nothing, it is left out."""
    if everything:
        return found
    carried = {step.far for way in found.ways.values() if way[-1].node["live"] for step in way}
    for ref in found.ways.keys() - carried:
        asked.left_out.add(ref, found.ways.pop(ref)[-1].node["why_not_live"])
    return found


async def _to_review(asked: _Asked, *, everything: bool) -> _Reached:
    """What exists for the sake of something exists for the sake of what that is for; what stands beside it is one step
    away, and leads no further."""
    found = _Reached(asked.limit)
    frontier: dict[str, Steps] = {asked.root: []}
    beside = await asked.walk(_BESIDE, everything=everything).hop([asked.root])
    found.hidden += beside.hidden.total()
    for step in beside.steps:
        if step.far not in found.ways:
            found.add(step, [])
    walk = asked.walk(_TO_REVIEW, everything=everything)
    followed = {asked.root}
    for _ in range(asked.depth):
        hop = await walk.hop([*frontier])
        found.hidden += hop.hidden.total()
        reached: dict[str, Steps] = {}
        for step in hop.steps:
            if step.far in followed:
                continue
            if step.far in found.ways or found.add(step, frontier[step.near]):
                reached[step.far] = [*frontier[step.near], step]
                followed.add(step.far)
        frontier = reached
        if not frontier:
            break
    else:
        border = asked.walk(_TO_REVIEW, everything=everything, left_out=LeftOut())
        found.hidden += await _beyond(border, [*frontier], {asked.root, *found.ways})
    return _without_ends(asked, found, everything=everything)


async def _beyond(border: Walk, refs: Sequence[str], known: set[str]) -> int:
    """How many relations lead on to something new."""
    hop = await border.hop(refs)
    return hop.hidden.total() + sum(step.far not in known for step in hop.steps)


def _row(moment: Moment, way: Steps, size: int | None) -> Json:
    path = [edge(moment, step.row) for step in way]
    return {"node": way[-1].node, "distance": len(way), "path": path, "size": size}


async def _sizes(moment: Moment, refs: Iterable[str]) -> dict[str, int | None]:
    """Of consumer groups: how many people they are."""
    groups = sorted(ref for ref in refs if split(ref)[0] == "consumer_group")
    query = select(RECORD.c.ref, RECORD.c.data["size"].as_integer())
    query = query.where(moment.recorded(RECORD), any_of(RECORD.c.ref, "refs"))
    sizes: dict[str, int | None] = {}
    for some in chunks(groups):
        sizes |= dict((await moment.execute(query, refs=some)).all())
    return sizes
