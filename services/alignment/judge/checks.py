"""What rules ask of an entity. A check knows what it looks at, and so at which instants its answer can change."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

from services.alignment.judge.graph import Edge, Graph, History, Node
from shared.contracts.relations import RELATIONS, allowed_relations

Evidence = dict[str, Any]
Judge = Callable[[Node, Graph], Iterator[Evidence]]
Goal = Callable[[Node], bool]


class Matter(NamedTuple):
    """What is judged as one. Beside the turns of the entity itself, the judgement changes at these instants only."""

    instants: Iterable[datetime]
    judge: Judge


class Check(Protocol):
    def matters(self, history: History, ref: str) -> Iterator[Matter]:
        """All of this entity that may ever be wrong. Each piece of evidence comes from one of them."""
        ...


@dataclass(frozen=True)
class Says:
    """The entity says something in a member."""

    member: str

    def matters(self, _history: History, _ref: str) -> Iterator[Matter]:
        yield Matter((), self._judge)

    def _judge(self, node: Node, _graph: Graph) -> Iterator[Evidence]:
        if not node.data.get(self.member):
            yield {"missing": self.member}


@dataclass(frozen=True)
class Joined:
    """A relation ``out`` of the entity, or ``into`` it, joins it to a goal: a live one, or one that is ``there``."""

    missing: str
    goal: Goal
    out: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    there: bool = False

    def matters(self, history: History, ref: str) -> Iterator[Matter]:
        yield Matter(history.turns(*self._ends(history.out[ref], history.into[ref])), self._judge)

    def _ends(self, out: Iterable[Edge], into: Iterable[Edge]) -> tuple[list[Edge], set[str]]:
        outward, inward = ([e for e in edges if e.type in of] for edges, of in ((out, self.out), (into, self.into)))
        return outward + inward, {edge.target for edge in outward} | {edge.source for edge in inward}

    def _judge(self, node: Node, graph: Graph) -> Iterator[Evidence]:
        _, refs = self._ends(graph.out(node.ref), graph.into(node.ref))
        ends = map(graph.node if self.there else graph.live, refs)
        if not any(end and self.goal(end) for end in ends):
            yield {"missing": self.missing}


@dataclass(frozen=True)
class LeadsUp:
    """Justifying relations lead up to a goal, through live entities only."""

    missing: str
    goal: Goal

    def matters(self, history: History, ref: str) -> Iterator[Matter]:
        yield Matter(history.turns(*history.above(ref)), self._judge)

    def _judge(self, node: Node, graph: Graph) -> Iterator[Evidence]:
        if not graph.leads_up_to(node.ref, self.goal):
            yield {"missing": self.missing}


@dataclass(frozen=True)
class Ends:
    """Neither end of a relation that the entity declares is wrong; an end is None while nothing is known of it."""

    wrong: Callable[[str, Node | None], Evidence]

    def matters(self, history: History, ref: str) -> Iterator[Matter]:
        for versions in history.held[ref].values():
            for end in {versions[0].source, versions[0].target}:
                if self._ever_wrong(history, versions, end):
                    yield Matter(history.turns(versions, {end}), partial(self._judge, versions, end))

    def _ever_wrong(self, history: History, versions: list[Edge], end: str) -> bool:
        nodes = history.nodes[end]
        known = min((node.span.recorded_from for node in nodes), default=None)
        late = known is None or any(edge.span.recorded_from < known for edge in versions)
        return any(self.wrong(end, node) for node in (*nodes, *((None,) if late else ())))

    def _judge(self, versions: list[Edge], end: str, _node: Node, graph: Graph) -> Iterator[Evidence]:
        for edge in graph.active(versions):
            if wrong := self.wrong(end, graph.node(end)):
                yield relation(edge) | wrong


@dataclass(frozen=True)
class Fits:
    """The links that the entity declares join kinds that their types allow."""

    def matters(self, history: History, ref: str) -> Iterator[Matter]:
        for versions in history.held[ref].values():
            if versions[0].is_link and not RELATIONS[versions[0].type].allows(*_kinds(versions[0])):
                yield Matter(history.turns(versions), partial(self._judge, versions))

    def _judge(self, versions: list[Edge], _node: Node, graph: Graph) -> Iterator[Evidence]:
        for edge in graph.active(versions):
            yield relation(edge) | {"allowed": allowed_relations(*_kinds(edge))}


def _kinds(edge: Edge) -> tuple[str, str]:
    return edge.source.partition("/")[0], edge.target.partition("/")[0]


def relation(edge: Edge) -> Evidence:
    return {
        "edge": f"{edge.origin} {edge.type} {edge.source} {edge.target}",
        "origin": edge.origin,
        "type": edge.type,
        "source": edge.source,
        "target": edge.target,
    }
