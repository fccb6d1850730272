"""Who stands for a circle without a way out: the same as by a walk from each thing, at one look at each relation."""

from collections.abc import Iterator
from random import Random

import pytest

from services.alignment.judge import circles
from services.alignment.judge.graph import Edge, Graph, Node
from services.alignment.judge.present import PLAN

KINDS = ("service", "process", "capability", "objective")


def graph(count: int, relations: list[tuple[int, int]], dice: Random) -> list[Node]:
    """Each first one justified by the second."""
    made = Graph(journaled=False)
    nodes = [made.node(f"{dice.choice(KINDS)}/{number:05}") for number in range(count)]
    for node in nodes:
        node.live = dice.random() < 0.9
    for number, (lower, upper) in enumerate(relations):
        edge = Edge(f"link/{number}", "depends_on", nodes[upper], nodes[lower], nodes[upper], is_link=False)
        edge.active = dice.random() < 0.9
        made.connect(edge)
    return nodes


def reached(node: Node) -> set[Node]:
    seen, waiting = set[Node](), [node]
    while waiting:
        fresh = {e.upper for e in waiting.pop().above if e.active and e.upper.live} - seen
        seen |= fresh
        waiting += fresh
    return seen


def stands_for(node: Node) -> Node | None:
    """By a walk from each that is reached."""
    circle = reached(node)
    if any(reached(each) != circle for each in circle) or (circle and node not in circle):
        return None
    circle.add(node)
    asked = [each for each in circle if each.kind in ("service", "process")]
    judged = [each for each in circle if each.kind in PLAN.top]
    return min(asked or judged or list(circle), key=lambda each: each.ref)


@pytest.mark.parametrize("seed", range(60))
def test_they_are_those_of_a_walk_from_each(seed: int) -> None:
    dice = Random(seed)
    count = dice.randrange(2, 12)
    pairs = [(dice.randrange(count), dice.randrange(count)) for _ in range(dice.randrange(2 * count))]
    nodes = [node for node in graph(count, pairs, dice) if node.live]
    known: dict[Node, Node | None] = {}
    for node in dice.sample(nodes, len(nodes)):
        if node not in known:
            known |= circles.circles(node, PLAN.top, known)
    assert known == {node: stands_for(node) for node in nodes}


def test_each_relation_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle with as many that rest on it."""
    size = 300
    ring = [(number, (number + 1) % size) for number in range(size)]
    nodes = graph(2 * size, [*ring, *((size + number, number) for number in range(size))], Random(1))
    for node in nodes:
        node.live = True
        for edge in node.above:
            edge.active = True
    above, looked_at = circles._above, list[Node]()

    def counted(node: Node) -> Iterator[Node]:
        looked_at.append(node)
        return above(node)

    monkeypatch.setattr(circles, "_above", counted)
    known: dict[Node, Node | None] = {}
    for node in reversed(nodes):
        if node not in known:
            known |= circles.circles(node, PLAN.top, known)
    assert len(looked_at) == len(nodes) == len(known)
    assert len({known[node] for node in nodes[:size]}) == 1
    assert not any(known[node] for node in nodes[size:])
