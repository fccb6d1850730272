"""Circles of justification: who stands for one that has no way out. Pure."""

from collections.abc import Container, Iterable, Iterator

from services.alignment.judge.graph import Node
from services.alignment.judge.plan import ByKind


def circles(node: Node, judged: ByKind, known: Container[Node]) -> dict[Node, Node | None]:
    """For a node and everything above it, but for what is known: who stands for the circle without a way out that it is
    in, the least of a kind of which a rule asks whether something is above it. None for what is in no such circle.

    Each relation is looked at once (Tarjan's strongly connected components; one that nothing leads out of is such a
    circle): to walk from each thing by itself would take a circle of a thousand a thousand times.
    """
    found: dict[Node, Node | None] = {}
    place: dict[Node, int] = {node: 0}
    low, leaving, waiting = [0], [False], [node]
    path = [(node, _above(node))]
    while path:
        at, uppers = path[-1]
        here = place[at]
        for upper in uppers:
            if upper in found or upper in known:
                leaving[here] = True
            elif upper in place:
                low[here] = min(low[here], place[upper])
            else:
                place[upper] = len(low)
                low.append(len(low))
                leaving.append(False)
                waiting.append(upper)
                path.append((upper, _above(upper)))
                break
        else:
            path.pop()
            if low[here] == here:
                together = _taken(waiting, at)
                stands = None if any(leaving[place[each]] for each in together) else _least(together, judged)
                found |= dict.fromkeys(together, stands)
            if path:
                below = place[path[-1][0]]
                low[below] = min(low[below], low[here])
                leaving[below] |= at in found
    return found


def _above(node: Node) -> Iterator[Node]:
    return (edge.upper for edge in node.above if edge.active and edge.upper.live)


def _taken(waiting: list[Node], first: Node) -> list[Node]:
    """Everything from the first on."""
    taken = list[Node]()
    while not taken or taken[-1] is not first:
        taken.append(waiting.pop())
    return taken


def _least(together: Iterable[Node], judged: ByKind) -> Node:
    all_ = list(together)
    asked = [each for each in all_ if each.kind in _ASKED] or [each for each in all_ if each.kind in judged] or all_
    return min(asked, key=lambda each: each.ref)


_ASKED = frozenset({"plan", "project", "policy", "process", "procedure", "work_instruction", "service"})
