"""Who stands where among columns: boxes, and a lane wherever lines pass through a column to one beyond. As in
Sugiyama's method they are ordered so that few lines cross, and placed so that lines run straight."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from statistics import fmean
from typing import NamedTuple

_SWEEPS, _LANE = 4, 14


class Lane(NamedTuple):
    """Where lines pass through a column: those of the same ``hub`` together."""

    hub: str
    column: int


Slot = str | Lane
Way = Sequence[Slot]
"""Of a line: the box that it leaves, its lane in each column between, and the box that it leads to."""
Joined = Mapping[Slot, Sequence[Slot]]


@dataclass(frozen=True)
class Placed:
    """``of`` has the column of each, ``order`` what stands in a column from the top on, ``middle`` how far down the
    middle of each is, ``depth`` where the deepest ends."""

    of: Mapping[Slot, int]
    ways: Sequence[Way]
    order: Sequence[Sequence[Slot]]
    middle: Mapping[Slot, float]
    depth: float


def placed(
    boxes: Mapping[str, tuple[int, float]], ends: Sequence[tuple[str, str]], centre: str, last: Collection[str] = ()
) -> Placed:
    """``boxes`` have their column and how much of it each takes, in an order that decides where nothing else does;
    ``last`` are those that stand at the foot of their column. Lines run from the lower column to the higher."""
    of: dict[Slot, int] = {ref: column for ref, (column, _) in boxes.items()}
    degree = Counter(chain.from_iterable(ends))
    ways = [_way(of, degree, *each) for each in ends]
    of |= {lane: lane.column for lane in sorted({slot for way in ways for slot in way if isinstance(slot, Lane)})}
    joined = _joined(ways)
    columns = [[slot for slot in of if of[slot] == each] for each in range(max(of.values()) + 1)]
    order = _untangled(columns, joined, centre, last)
    beside = {slot: [each for each in joined[slot] if of[each] != of[slot]] for slot in of}
    room = {slot: boxes[slot][1] if isinstance(slot, str) else _LANE for slot in of}
    middle = _middles(order, beside, room)
    depth = max(middle[column[-1]] + room[column[-1]] / 2 for column in order if column)
    return Placed(of, ways, order, middle, depth)


def _way(of: Mapping[Slot, int], degree: Mapping[str, int], one: str, other: str) -> Way:
    start, end = (one, other) if of[one] <= of[other] else (other, one)
    hub = start if degree[start] > degree[end] else end
    return [start, *(Lane(hub, column) for column in range(of[start] + 1, of[end])), end]


def _joined(ways: Iterable[Way]) -> Joined:
    found: dict[Slot, list[Slot]] = defaultdict(list)
    for one, other in dict.fromkeys(pair for way in ways for pair in pairwise(way)):
        found[one].append(other)
        found[other].append(one)
    return found


def _swept(columns: Sequence[list[Slot]]) -> Iterator[list[Slot]]:
    """To the right and back again, some times."""
    for _ in range(_SWEEPS):
        yield from columns
        yield from reversed(columns)


def _untangled(
    columns: Sequence[list[Slot]], joined: Joined, centre: str, last: Collection[str]
) -> Sequence[list[Slot]]:
    """Each near the middle of those that it is joined to (barycentre sweeps); the one that all is about in the middle
    of its column."""
    place = dict(chain.from_iterable(map(_places, columns)))
    for column in _swept(columns):
        column.sort(key=lambda slot: (slot in last, fmean(place[each] for each in joined[slot] or [slot])))
        if centre in column:
            column.remove(centre)
            column.insert(sum(slot not in last for slot in column) // 2, centre)
        place |= _places(column)
    return columns


def _places(column: Sequence[Slot]) -> Iterator[tuple[Slot, float]]:
    """How far down each stands, from 0 to 1."""
    return ((slot, (place + 0.5) / len(column)) for place, slot in enumerate(column))


def _middles(columns: Sequence[list[Slot]], beside: Joined, room: Mapping[Slot, float]) -> dict[Slot, float]:
    """As far down as those in the columns beside it that it is joined to, as far as its own leaves room; from 0 on."""
    middle = {slot: each for column in columns for slot, each in zip(column, _stacked(column, room), strict=True)}
    for column in _swept(columns):
        wanted = [fmean(middle[each] for each in beside[slot] or [slot]) for slot in column]
        middle |= dict(zip(column, _apart(wanted, _stacked(column, room)), strict=True))
    top = min(middle[column[0]] - room[column[0]] / 2 for column in columns if column)
    return {slot: each - top for slot, each in middle.items()}


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
