"""Shapes of everything at once: circles, levels, and single points on which much rests. Pure, in about linear time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from services.alignment.judge.graph import Node

T = TypeVar("T")
Over = Callable[[Node], Iterable[Node]]


def components(nodes: Iterable[Node], over: Over) -> Iterator[list[Node]]:
    """What is in circles: groups of several in which each leads to each other one (Tarjan)."""
    place, low, on = dict[Node, int](), dict[Node, int](), dict[Node, None]()
    for first in nodes:
        if first in place:
            continue
        place[first] = low[first] = len(place)
        on[first] = None
        path = [(first, iter(over(first)))]
        while path:
            node, following = path[-1]
            for each in following:
                if each not in place:
                    place[each] = low[each] = len(place)
                    on[each] = None
                    path.append((each, iter(over(each))))
                    break
                if each in on:
                    low[node] = min(low[node], place[each])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == place[node]:
                    together = _taken(on, node)
                    if len(together) > 1:
                        yield together


def _taken(on: dict[Node, None], first: Node) -> list[Node]:
    taken = list[Node]()
    while not taken or taken[-1] is not first:
        taken.append(on.popitem()[0])
    return taken


def circle(first: Node, over: Over, among: Container[Node]) -> list[Node]:
    """A shortest way from it back to it, over those that are in a circle with it."""
    before: dict[Node, Node] = {}
    waiting = [first]
    for at in waiting:
        for each in over(at):
            if each is first:
                way = [at]
                while way[-1] is not first:
                    way.append(before[way[-1]])
                return way[::-1]
            if each in among and each not in before:
                before[each] = at
                waiting.append(each)
    return [first]


def levels(nodes: Sequence[Node], up: Over, down: Over) -> Mapping[Node, tuple[int, Node | None]]:
    """How many levels below the top each is, counted from 1, and under what; what hangs below a circle alone is on no
    level."""
    found: dict[Node, tuple[int, Node | None]] = {node: (1, None) for node in nodes if not any(True for _ in up(node))}
    waiting = list(found)
    for at in waiting:
        for each in down(at):
            if each not in found:
                found[each] = found[at][0] + 1, at
                waiting.append(each)
    return found


def reached(roots: Iterable[Node], down: Over) -> set[Node]:
    """The roots, and everything below them."""
    waiting = list(roots)
    found = set(waiting)
    for at in waiting:
        for each in down(at):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def orphaned(roots: Iterable[Node], down: Over) -> tuple[Counter[Node], Mapping[Node, list[Node]]]:
    """Of each thing below the roots, how many others lead up to a root through it alone, and those that are next to it:
    its subtree among the dominators (Cooper, Harvey and Kennedy, A Simple, Fast Dominance Algorithm)."""
    order, above = _postorder(roots, down)
    number = {node: place for place, node in enumerate(order)}
    top = len(order)
    nearest: dict[int, int] = {top: top}
    changed = True
    while changed:
        changed = False
        for place in range(top - 1, -1, -1):
            new = -1
            for upper in above[order[place]]:
                at = top if upper is None else number[upper]
                if at in nearest:
                    new = at if new < 0 else _meet(new, at, nearest)
            if nearest.get(place) != new:
                nearest[place], changed = new, True
    resting, next_ = Counter[Node](), defaultdict[Node, list[Node]](list)
    for place in range(top):
        if (at := nearest[place]) < top:
            resting[order[at]] += resting[order[place]] + 1
            next_[order[at]].append(order[place])
    return resting, next_


def _meet(one: int, other: int, nearest: Mapping[int, int]) -> int:
    while one != other:
        while one < other:
            one = nearest[one]
        while other < one:
            other = nearest[other]
    return one


def _postorder(roots: Iterable[Node], down: Over) -> tuple[list[Node], Mapping[Node, list[Node | None]]]:
    """Everything below the roots, what is below before what is above; and by what each is reached, None for a root."""
    above: dict[Node, list[Node | None]] = defaultdict(list)
    seen, order = set[Node](), list[Node]()
    for root in roots:
        above[root].append(None)
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(down(root)))]
        while path:
            at, following = path[-1]
            for each in following:
                above[each].append(at)
                if each not in seen:
                    seen.add(each)
                    path.append((each, iter(down(each))))
                    break
            else:
                order.append(at)
                path.pop()
    return order, above
