"""What is so of the many things around a hub: kept up with every change, instead of looked for at each. Pure."""

from collections import defaultdict
from collections.abc import Collection

from services.alignment.judge.ends import every, of_types
from services.alignment.judge.footprint import Reading, Step
from services.alignment.judge.graph import Edge, Node

Asked = tuple[Step, Reading]


class Hubs:
    """Of a node with many relations: those by which a step leads to things of which a reading is true. They are looked
    for when that is first asked, and forgotten with a batch that is taken back."""

    def __init__(self) -> None:
        self._kept: defaultdict[Node, dict[Asked, dict[Edge, Node]]] = defaultdict(dict)

    def those(self, node: Node, step: Step, reading: Reading) -> Collection[Node]:
        """What the step leads to, of which the reading is true; once for each relation that leads there."""
        ends, types, holds = node.out if step.forward else node.into, step.types, reading.of
        if isinstance(ends, tuple):
            if step.forward:
                return [e.target for e in ends if e.active and e.type in types and holds(e.target)]
            return [e.source for e in ends if e.active and e.type in types and holds(e.source)]
        kept = self._kept[node]
        if (step, reading) not in kept:
            far = ((e, e.target if step.forward else e.source) for e in of_types(ends, types) if e.active)
            kept[step, reading] = {edge: node for edge, node in far if holds(node)}
        return kept[step, reading].values()

    def joined(self, edge: Edge) -> None:
        """A relation has become active, or is so no longer."""
        if self._kept:
            self._look(edge, edge.source, edge.target, forward=True)
            self._look(edge, edge.target, edge.source, forward=False)

    def turned(self, node: Node) -> None:
        """What is read of a node is no longer what it was."""
        if self._kept:
            for edge in every(node.into):
                self._look(edge, edge.source, node, forward=True)
            for edge in every(node.out):
                self._look(edge, edge.target, node, forward=False)

    def forget(self) -> None:
        self._kept.clear()

    def _look(self, edge: Edge, hub: Node, far: Node, *, forward: bool) -> None:
        for (step, reading), found in self._kept.get(hub, _NOTHING).items():
            if step.forward is forward and edge.type in step.types:
                if edge.active and reading.of(far):
                    found[edge] = far
                else:
                    found.pop(edge, None)


_NOTHING: dict[Asked, dict[Edge, Node]] = {}
