"""What is asked of each thing or relation by itself: what is wrong with one is a part of the whole. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.alignment.judge.checks import Evidence, Present
from services.alignment.judge.ends import every
from services.alignment.judge.footprint import Footprint, Path, Reading, Step
from services.alignment.judge.graph import Edge, Node


@dataclass(frozen=True)
class EachOf:
    """Something is wrong with each thing that a step leads to of which the reading is true, if ``wrong`` says so: what
    is told of it, beside which part it is."""

    step: Step
    reading: Reading
    wrong: Callable[[Node, Node], Evidence | None]

    @property
    def footprint(self) -> Footprint:
        return Footprint(paths=(Path((self.step,), self.reading),))

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        told = ((each, self.wrong(node, each)) for each in dict.fromkeys(present.those(node, self.step, self.reading)))
        return tuple({"part": each.ref} | what for each, what in told if what is not None)


@dataclass(frozen=True)
class EachEdge:
    """Each relation that the subject declares, by links or in fields, and that stands, is right.

    ``wrong`` says what is wrong with it, per end if it is about an end: ``end`` is named in the evidence then.
    """

    wrong: Callable[[Edge], Sequence[Evidence]]
    links_only: bool = False

    @property
    def footprint(self) -> Footprint:
        return Footprint(edges=True)

    def of(self, edge: Edge) -> Sequence[Evidence]:
        """What is wrong with one relation."""
        if not edge.stands or (self.links_only and not edge.is_link) or not (wrong := self.wrong(edge)):
            return ()
        told = {"edge": edge.name, "origin": edge.origin, "type": edge.type}
        told |= {"source": edge.source.ref, "target": edge.target.ref}
        return [told | each for each in wrong]

    def evidence(self, node: Node, _present: Present) -> Iterator[Evidence]:
        links = [edge for edge in every(node.out) if edge.is_link]
        for edge in (*links, *node.held):
            yield from self.of(edge)
