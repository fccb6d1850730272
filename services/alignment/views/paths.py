"""The ways from a node up to its goals, best first, within a budget of work. Pure.

A way that is live comes before one that is not, then the one whose weakest step is stronger, then the shorter. The
search is A*: what a way can still come to at best is known for every node, by a look back from the goals. So it walks
nearly straight to the best goal, however many ways there are.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST_COUNTED = 1_000_000


class Step(NamedTuple):
    """A relation that justifies: where it leads, whether it and what is there are live, and the relation itself."""

    source: str
    target: str
    live: bool
    confidence: float
    relation: Any


@dataclass(frozen=True)
class Ways:
    """``found`` are the best, in their order; ``more`` is how many others there are, or as far as they were counted;
    ``cut`` says that the budget ended the search or the count."""

    found: list[list[Step]]
    more: int
    cut: bool


class _Way(NamedTuple):
    """A way so far, as its last step and the way up to there: what ways share is kept once."""

    step: Step
    before: "_Way | None"
    length: int
    live: bool
    weakest: float

    def passes(self, node: str) -> bool:
        way: _Way | None = self
        while way is not None:
            if way.step.target == node:
                return True
            way = way.before
        return False

    def steps(self) -> list[Step]:
        way: _Way | None = self
        steps: list[Step] = []
        while way is not None:
            steps.append(way.step)
            way = way.before
        return steps[::-1]


class Search:
    """``above`` has the steps up from each node; a way ends at the first goal, and comes to no node twice.

    ``most_steps`` bounds what is found in all, and ``work`` the steps that are looked at and walked back over.
    """

    def __init__(
        self, root: str, above: Mapping[str, Sequence[Step]], goals: Collection[str], *,
        most: int, most_steps: int, work: int,
    ) -> None:  # fmt: skip
        self.root, self.goals = root, goals
        self.most, self.most_steps, self.work = most, most_steps, work
        onward = {node: [step for step in steps if step.target != root] for node, steps in above.items()}
        self.hope = _Hope(root, onward, goals)
        self.above = {
            node: [step for step in steps if step.target in self.hope.length] for node, steps in onward.items()
        }
        self.number = 0

    def ways(self) -> Ways:
        """The best ways, and how many others there are."""
        counted = _count(self.root, self.above, self.goals)
        found: list[list[Step]] = []
        total, left = 0, self.most_steps
        for way in self._best_first(is_tangled=counted is None):
            total += 1
            left -= way.length
            if not found or (len(found) < self.most and left >= 0):
                found.append(way.steps())
            elif counted is not None:
                break
            else:
                left = -1  # what follows is worse, and only counted
        spent = self.work <= 0
        if counted is None:
            return Ways(found, total - len(found), spent)
        return Ways(found, counted - len(found), spent or counted >= MOST_COUNTED)

    def _best_first(self, *, is_tangled: bool) -> Iterator[_Way]:
        waiting: list[tuple[Any, ...]] = []
        self._extend(waiting, None, self.root, is_tangled=is_tangled)
        while waiting and self.work > 0:
            way: _Way = heapq.heappop(waiting)[-1]
            if way.step.target in self.goals:
                yield way
            else:
                self._extend(waiting, way, way.step.target, is_tangled=is_tangled)

    def _extend(self, waiting: list[tuple[Any, ...]], way: _Way | None, node: str, *, is_tangled: bool) -> None:
        for step in self.above.get(node, ()):
            self.work -= 1 + (way.length if way and is_tangled else 0)
            if self.work <= 0:
                return
            if is_tangled and way and way.passes(step.target):
                continue
            if way is None:
                longer = _Way(step, None, 1, step.live, step.confidence)
            else:
                live, weakest = way.live and step.live, min(way.weakest, step.confidence)
                longer = _Way(step, way, way.length + 1, live, weakest)
            self.number += 1
            # of those that promise the same, first the one that is furthest
            heapq.heappush(waiting, (*self.hope.of(longer), -longer.length, self.number, longer))


class _Hope:
    """What a way from each node can come to at best: no goal is reached from what is not in ``length``."""

    def __init__(self, root: str, above: Mapping[str, Sequence[Step]], goals: Collection[str]) -> None:
        below: defaultdict[str, list[Step]] = defaultdict(list)
        for node, steps in above.items():
            if node == root or node not in goals:
                for step in steps:
                    below[step.target].append(step)
        reached = [goal for goal in goals if goal in below]
        self.length = _lengths(reached, below)
        self.live = _lengths(reached, below, live=True).keys()
        self.weakest = _weakest(reached, below)

    def of(self, way: _Way) -> tuple[bool, float, int]:
        end = way.step.target
        dead = not (way.live and end in self.live)
        return dead, -min(way.weakest, self.weakest[end]), way.length + self.length[end]


def _lengths(goals: Sequence[str], below: Mapping[str, Sequence[Step]], *, live: bool = False) -> dict[str, int]:
    lengths = dict.fromkeys(goals, 0)
    waiting = list(goals)
    for node in waiting:  # grows meanwhile
        for step in below.get(node, ()):
            if step.source not in lengths and (step.live or not live):
                lengths[step.source] = lengths[node] + 1
                waiting.append(step.source)
    return lengths


def _weakest(goals: Sequence[str], below: Mapping[str, Sequence[Step]]) -> dict[str, float]:
    """The largest that the weakest step can be."""
    best: dict[str, float] = {}
    waiting = [(-1.0, goal) for goal in goals]
    heapq.heapify(waiting)
    while waiting:
        value, node = heapq.heappop(waiting)
        if node not in best:
            best[node] = -value
            for step in below.get(node, ()):
                heapq.heappush(waiting, (-min(-value, step.confidence), step.source))
    return best


def _count(root: str, above: Mapping[str, Sequence[Step]], goals: Collection[str]) -> int | None:
    """How many ways there are, up to a bound; None where a circle would have to be followed to know."""
    order = _upwards(root, above, goals)
    if order is None:
        return None
    ways = dict.fromkeys(goals, 1)
    for node in reversed(order):
        if node == root or node not in goals:
            ways[node] = min(sum(ways.get(step.target, 0) for step in above.get(node, ())), MOST_COUNTED)
    return ways[root]


def _upwards(root: str, above: Mapping[str, Sequence[Step]], goals: Collection[str]) -> list[str] | None:
    """The nodes above, each before those above it; None if there is a circle."""
    nodes, waiting, incoming = {root}, [root], defaultdict[str, int](int)
    for node in waiting:  # grows meanwhile
        for step in above.get(node, ()) if node == root or node not in goals else ():
            incoming[step.target] += 1
            if step.target not in nodes:
                nodes.add(step.target)
                waiting.append(step.target)
    order = [root]
    for node in order:  # grows meanwhile
        for step in above.get(node, ()) if node == root or node not in goals else ():
            incoming[step.target] -= 1
            if not incoming[step.target]:
                order.append(step.target)
    return order if len(order) == len(nodes) else None


def tops(root: str, above: Mapping[str, Sequence[Step]], goals: Collection[str]) -> set[str]:
    """Where ways from the root go no further short of a goal: what has nothing above it, and of a circle without a way
    out the least. Tarjan's strongly connected components."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_, found = dict[str, None](), set[str]()
    leaving: dict[str, bool] = {}
    walks: list[tuple[str, Iterator[Step]]] = []

    def enter(node: str) -> None:
        index[node] = low[node] = len(index)
        open_[node] = None
        leaving[node] = False
        walks.append((node, iter(above.get(node, ()) if node == root or node not in goals else ())))

    enter(root)
    while walks:
        node, steps = walks[-1]
        if (step := next(steps, None)) is not None:
            if step.target not in index:
                enter(step.target)
            elif step.target in open_:
                low[node] = min(low[node], index[step.target])
            else:
                leaving[node] = True
            continue
        walks.pop()
        if low[node] == index[node]:
            members: list[str] = []
            while not members or members[-1] != node:
                members.append(open_.popitem()[0])
            if not any(leaving[each] for each in members) and not any(
                each in goals for each in members if each != root
            ):
                found.add(min(members))
            leaving[node] = True
        if walks:
            before = walks[-1][0]
            low[before] = min(low[before], low[node])
            leaving[before] = leaving[before] or node not in open_
    return found - {root}
