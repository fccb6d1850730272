"""What is so of the many things around a hub: kept up with every change, instead of looked for at each. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from services.alignment.judge.ends import every, of_types
from services.alignment.judge.footprint import Reading, Step, through
from services.alignment.judge.graph import Edge, Node

Asked = tuple[tuple[Step, ...], Reading]


class Hubs:
    """Of a node with many relations: those by which steps lead on to something of which a reading is true. They are
    looked for when that is first asked, and forgotten with a batch that is taken back.

    What one step leads to is looked at as soon as it changes. Of more steps the relations are noted by which a change
    may be seen, and looked at when somebody asks, once everything that goes with it has been applied.
    """

    def __init__(self) -> None:
        self._kept: defaultdict[Node, dict[Asked, dict[Edge, Node]]] = defaultdict(dict)
        self._longest = 1
        self._noted: dict[Edge, None] = {}

    def those(self, node: Node, step: Step, reading: Reading) -> Collection[Node]:
        """What the step leads to, of which the reading is true; once for each relation that leads there."""
        ends, types, holds = node.out if step.forward else node.into, step.types, reading.of
        if isinstance(ends, tuple):
            if step.forward:
                return [e.target for e in ends if e.active and e.type in types and holds(e.target)]
            return [e.source for e in ends if e.active and e.type in types and holds(e.source)]
        return self._those(node, ((step,), reading)).values()

    def leads(self, node: Node, steps: tuple[Step, ...], reading: Reading) -> bool:
        """Whether steps lead to anything of which the reading is true, through live things only."""
        if len(steps) == 1:
            return bool(self.those(node, steps[0], reading))
        if isinstance(node.out if steps[0].forward else node.into, tuple):
            near = node.over(steps[0].types, forward=steps[0].forward)
            return any(self._leads_on(each, steps[1:], reading) for each in near)
        return bool(self._those(node, (steps, reading)))

    def _leads_on(self, node: Node, steps: tuple[Step, ...], reading: Reading) -> bool:
        if not steps:
            return bool(reading.of(node))
        return node.live and node.kind in through(steps) and self.leads(node, steps, reading)

    def _those(self, node: Node, asked: Asked) -> dict[Edge, Node]:
        if self._noted:
            self._look_again()
        kept, (steps, reading) = self._kept[node], asked
        if asked not in kept:
            self._longest = max(self._longest, len(steps))
            near = ((edge, _far(edge, steps[0])) for edge in _by(node, steps[0]))
            kept[asked] = {edge: each for edge, each in near if self._leads_on(each, steps[1:], reading)}
        return kept[asked]

    # -- what changes

    def joined(self, edge: Edge) -> None:
        """A relation has become active, or is so no longer."""
        if self._kept:
            self._look(edge, edge.source, 1)
            self._look(edge, edge.target, 1)
            if self._longest > 1:
                self._noted[edge] = None

    def turned(self, node: Node) -> None:
        """What is read of a node is no longer what it was."""
        if self._kept:
            for edge in every(node.into):
                self._look(edge, edge.source, 1)
            for edge in every(node.out):
                self._look(edge, edge.target, 1)

    def back(self, node: Node, steps: tuple[Step, ...]) -> list[Node]:
        """From where something has changed, against the steps that lead there, to who looks at it; by which relations
        a hub does is noted."""
        found = [node]
        for step in steps:
            if not found:
                break
            if self._longest == 1:
                found = [each for at in found for each in at.over(step.types, forward=not step.forward)]
                continue
            ways = [(edge, _near(edge, step)) for at in found for edge in _by(at, step, back=True)]
            self._noted.update((edge, None) for edge, each in ways if each in self._kept)
            found = [each for _, each in ways]
        return found

    def forget(self) -> None:
        self._kept.clear()
        self._noted.clear()
        self._longest = 1

    def _look_again(self) -> None:
        """At the relations that are noted: by few steps first, since what more of them lead to follows from that."""
        noted, self._noted = self._noted, {}
        for length in range(2, self._longest + 1):
            for edge in noted:
                self._look(edge, edge.source, length)
                self._look(edge, edge.target, length)

    def _look(self, edge: Edge, hub: Node, length: int) -> None:
        """Whether so many steps lead on by a relation, from the one end of it where that is asked."""
        for (steps, reading), found in self._kept.get(hub, _NOTHING).items():
            step = steps[0]
            if len(steps) == length and edge.type in step.types and _near(edge, step) is hub:
                far = _far(edge, step)
                if edge.active and self._leads_on(far, steps[1:], reading):
                    found[edge] = far
                else:
                    found.pop(edge, None)


def _by(node: Node, step: Step, *, back: bool = False) -> Iterator[Edge]:
    """The active relations by which a step goes from a node, or comes to it."""
    return (e for e in of_types(node.out if step.forward is not back else node.into, step.types) if e.active)


def _near(edge: Edge, step: Step) -> Node:
    return edge.source if step.forward else edge.target


def _far(edge: Edge, step: Step) -> Node:
    return edge.target if step.forward else edge.source


_NOTHING: dict[Asked, dict[Edge, Node]] = {}
