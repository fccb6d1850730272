"""Whether things lead up to a root, kept up with every change instead of walked for: per closure and node a flag and
one supporting relation. The supports are a forest rooted at the roots, so a circle never supports itself.

A node *carries* for what is below it if it is live and is a root or leads to one. What loses its support looks for
another one whose own chain climbs to a root without what is in doubt; only what finds none falls, and what rested on it
looks anew.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from services.alignment.judge.graph import Edge, Graph, Node

Told = Callable[[Node, int], None]


@dataclass(frozen=True, eq=False)
class Closure:
    """``root`` says what everything leads to; with ``types``, over relations of these types only."""

    name: str
    root: Callable[[Node], bool]
    types: frozenset[str] | None = None

    def over(self, edge: Edge) -> bool:
        return self.types is None or edge.type in self.types


class Closures:
    """``told`` is called with each node whose flag changes, and the number of the closure."""

    def __init__(self, graph: Graph, closures: Iterable[Closure], told: Told) -> None:
        self._graph = graph
        self._all = list(closures)
        self._told = told

    def leads(self, node: Node, number: int) -> bool:
        return bool(node.flags >> number & 1)

    def carries(self, node: Node, number: int) -> bool:
        return node.live and (self._all[number].root(node) or self.leads(node, number))

    def carried(self, node: Node) -> list[bool]:
        """For all closures at once: what to compare with after a change of the node."""
        return [self.carries(node, number) for number in range(len(self._all))]

    def find(self, nodes: Collection[Node]) -> None:
        """For all nodes from nothing, from the roots down."""
        for number, closure in enumerate(self._all):
            waiting = [node for node in nodes if node.live and closure.root(node)]
            while waiting:
                for edge in waiting.pop().below:
                    node = edge.lower
                    if edge.active and closure.over(edge) and not self.leads(node, number):
                        node.flags |= 1 << number
                        self._rely(node, number, edge)
                        if node.live and not closure.root(node):
                            waiting.append(node)

    def appeared(self, edge: Edge) -> None:
        """A relation that justifies has become active, or what it leads to now carries."""
        for number, closure in enumerate(self._all):
            if closure.over(edge) and not self.leads(edge.lower, number) and self.carries(edge.upper, number):
                self._gain(edge, number)

    def appeared_above_a_root(self, edge: Edge, number: int) -> None:
        """The same for one closure whose roots are what has nothing above it: the lower end was such a root, and what
        leads to the upper one may have led there by it."""
        if not self.leads(edge.lower, number) and self._is_founded(edge.upper, number, {edge.lower: None}):
            self._gain(edge, number)

    def vanished(self, edge: Edge) -> None:
        """It no longer is."""
        lower = edge.lower
        for number in range(len(self._all)):
            if lower.on and lower.on[number] is edge:
                self._lose([lower], number)

    def changed(self, node: Node, before: list[bool]) -> None:
        """A node may carry what it did not carry before, or no longer; not because of its own flag."""
        for number in range(len(self._all)):
            self.changed_in(node, number, before=before[number])

    def changed_in(self, node: Node, number: int, *, before: bool) -> None:
        """The same for one closure."""
        now = self.carries(node, number)
        if now == before or not node.below:
            return
        if now:
            for edge in list(node.below):
                if edge.active and self._all[number].over(edge) and not self.leads(edge.lower, number):
                    self._gain(edge, number)
        else:
            self._lose(list(self._resting(node, number)), number)

    def _resting(self, node: Node, number: int) -> Iterator[Node]:
        """What leads to a root by this node."""
        for edge in node.below:
            if edge.lower.on and edge.lower.on[number] is edge:
                yield edge.lower

    def _rely(self, node: Node, number: int, edge: Edge | None) -> None:
        """Set what a node leads up by."""
        self._graph.change(node)
        if node.on is None:
            node.on = [None] * len(self._all)
        node.on[number] = edge

    def _gain(self, edge: Edge, number: int) -> None:
        closure, waiting = self._all[number], [edge]
        while waiting:
            edge = waiting.pop()
            node = edge.lower
            if self.leads(node, number):
                continue
            self._graph.change(node)
            node.flags |= 1 << number
            self._rely(node, number, edge)
            self._told(node, number)
            if node.live and not closure.root(node):
                waiting += [each for each in node.below if each.active and closure.over(each)]

    def _lose(self, nodes: list[Node], number: int) -> None:
        closure = self._all[number]
        doubted = dict.fromkeys(nodes)
        fallen: list[Node] = []
        waiting = nodes[::-1]
        while waiting:
            node = waiting.pop()
            if self._relies_anew(node, number, doubted):
                doubted.pop(node)
                continue
            fallen.append(node)
            if node.live and not closure.root(node):
                below = [each for each in self._resting(node, number) if each not in doubted]
                doubted.update(dict.fromkeys(below))
                waiting += below
        for node in fallen:
            self._graph.change(node)
            node.flags &= ~(1 << number)
            self._rely(node, number, None)
        for node in fallen:
            # one whose support was in doubt itself when it was looked at
            for edge in node.above:
                if edge.active and closure.over(edge) and self.carries(edge.upper, number):
                    self._gain(edge, number)
                    break
        for node in fallen:
            self._told(node, number)

    def _relies_anew(self, node: Node, number: int, doubted: dict[Node, None]) -> bool:
        closure = self._all[number]
        for edge in node.above:
            if edge.active and closure.over(edge) and self._is_founded(edge.upper, number, doubted):
                self._rely(node, number, edge)
                return True
        return False

    def _is_founded(self, node: Node, number: int, doubted: dict[Node, None]) -> bool:
        """Whether its chain climbs to a root, by nothing that is in doubt."""
        root = self._all[number].root
        while node.live and node not in doubted:
            if root(node):
                return True
            edge = node.on[number] if node.on else None
            if edge is None:
                return False
            node = edge.upper
        return False
