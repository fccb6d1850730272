"""Who stands where in a drawing: each level of the model is a column of boxes, with a lane wherever lines pass through
it to a column beyond. As in Sugiyama's method they are ordered so that few lines cross, and placed so that lines run
straight."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from statistics import fmean
from typing import NamedTuple

from services.web.around.levels import level_of
from shared.contracts.views.nodes import Node

_SWEEPS, _LANE = 4, 16


class Lane(NamedTuple):
    """Where lines pass through a column: those to the same box together."""

    target: str
    column: int


Slot = str | Lane
Way = Sequence[Slot]
"""Of a line: the box that it leaves, its lane in each column between, and the box that it leads to."""
Joined = Mapping[Slot, Sequence[Slot]]


@dataclass(frozen=True)
class Columns:
    """``of`` has the column of each, ``order`` what stands in a column from the top on, ``height`` where its middle is,
    ``depth`` where the deepest ends."""

    levels: Sequence[int]
    of: Mapping[Slot, int]
    ways: Sequence[Way]
    order: Sequence[Sequence[Slot]]
    height: Mapping[Slot, float]
    depth: float


def arranged(
    nodes: Mapping[str, Node], rooms: Mapping[str, float], ends: Sequence[tuple[str, str]], centre: str
) -> Columns:
    """From the highest level on; a level without nodes takes no room. ``rooms`` has what each box takes of its column.
    The same in whatever order they are given."""
    levels = sorted({level_of(node) for node in nodes.values()})
    by_name = sorted(nodes, key=lambda ref: (nodes[ref].name or "", ref))
    of: dict[Slot, int] = {ref: levels.index(level_of(nodes[ref])) for ref in by_name}
    ways = [_way(of, *each) for each in ends]
    of |= {lane: lane.column for lane in sorted({slot for way in ways for slot in way if isinstance(slot, Lane)})}
    joined = _joined(ways)
    order = _untangled([[slot for slot in of if of[slot] == column] for column in range(len(levels))], joined, centre)
    beside = {slot: [each for each in joined[slot] if of[each] != of[slot]] for slot in of}
    room = {slot: rooms[slot] if isinstance(slot, str) else _LANE for slot in of}
    height = _heights(order, beside, room)
    depth = max(height[column[-1]] + room[column[-1]] / 2 for column in order)
    return Columns(levels, of, ways, order, height, depth)


def _way(of: Mapping[Slot, int], source: str, target: str) -> Way:
    start, end = of[source], of[target]
    between = range(start + 1, end) if start < end else range(start - 1, end, -1)
    return [source, *(Lane(target, column) for column in between), target]


def _joined(ways: Iterable[Way]) -> Joined:
    found: dict[Slot, list[Slot]] = defaultdict(list)
    for one, other in {pair for way in ways for pair in pairwise(way)}:
        found[one].append(other)
        found[other].append(one)
    return found


def _swept(columns: Sequence[list[Slot]]) -> Iterator[list[Slot]]:
    """To the right and back again, some times."""
    for _ in range(_SWEEPS):
        yield from columns
        yield from reversed(columns)


def _untangled(columns: Sequence[list[Slot]], joined: Joined, centre: str) -> Sequence[list[Slot]]:
    """Each near the middle of those that it is joined to (barycentre sweeps); the one that all is about in the middle
    of its column."""
    place = dict(chain.from_iterable(map(_places, columns)))
    for column in _swept(columns):
        column.sort(key=lambda slot: fmean(place[each] for each in joined[slot] or [slot]))
        if centre in column:
            column.remove(centre)
            column.insert(len(column) // 2, centre)
        place |= _places(column)
    return columns


def _places(column: Sequence[Slot]) -> Iterator[tuple[Slot, float]]:
    """How far down each stands, from 0 to 1."""
    return ((slot, (place + 0.5) / len(column)) for place, slot in enumerate(column))


def _heights(columns: Sequence[list[Slot]], beside: Joined, room: Mapping[Slot, float]) -> dict[Slot, float]:
    """As high as those in the columns beside it that it is joined to, as far as its own leaves room; from 0 on."""
    height = {slot: each for column in columns for slot, each in zip(column, _stacked(column, room), strict=True)}
    for column in _swept(columns):
        wanted = [fmean(height[each] for each in beside[slot] or [slot]) for slot in column]
        height |= dict(zip(column, _apart(wanted, _stacked(column, room)), strict=True))
    top = min(height[column[0]] - room[column[0]] / 2 for column in columns)
    return {slot: each - top for slot, each in height.items()}


def _stacked(column: Sequence[Slot], room: Mapping[Slot, float]) -> list[float]:
    """The middles, with nothing between them, around 0."""
    rooms = [room[slot] for slot in column]
    return [end - (each + sum(rooms)) / 2 for end, each in zip(accumulate(rooms), rooms, strict=True)]


def _apart(wanted: Sequence[float], stacked: Sequence[float]) -> list[float]:
    """As near as can be, by least squares, to where each wants to be, and no two nearer than in the stack.

    How far each is below its place in the stack must not shrink on the way down: where it would, neighbours take their
    mean (isotonic regression by pooling adjacent violators)."""
    pools: list[list[float]] = []
    for each, place in zip(wanted, stacked, strict=True):
        pools.append([each - place])
        while len(pools) > 1 and fmean(pools[-2]) >= fmean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    below = [fmean(pool) for pool in pools for _ in pool]
    return [place + each for place, each in zip(stacked, below, strict=True)]
