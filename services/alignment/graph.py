"""A piece of the graph with its past: what rules look at, as of any moment. Pure; the loader fills it."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.clock import FOREVER


@dataclass(frozen=True, slots=True)
class Span:
    """When something was recorded, and when it is valid; both up to but without their ends."""

    recorded_from: datetime
    recorded_to: datetime = FOREVER
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def recorded(self, at: datetime) -> bool:
        return self.recorded_from <= at < self.recorded_to

    def valid(self, at: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)

    def turns(self) -> Iterator[datetime]:
        """The instants at which it may begin or cease to hold."""
        yield self.recorded_from
        yield self.recorded_to
        if self.valid_from:
            yield self.valid_from
        if self.valid_to:
            yield self.valid_to


@dataclass(frozen=True, slots=True)
class Node:
    """One version of an entity."""

    ref: str
    version: int
    type: str | None
    state: str
    has_live_state: bool
    deleted: bool
    criticality: int | None
    span: Span
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.ref.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Edge:
    """One relation in one version of its origin."""

    origin: str
    type: str
    source: str
    target: str
    holder: str
    is_link: bool
    justifies: bool
    live: bool
    span: Span


class History:
    """All versions of some nodes and edges. What is not in it is unknown, so load enough around the subjects."""

    def __init__(self, nodes: Iterable[Node] = (), edges: Iterable[Edge] = ()) -> None:
        self.nodes: dict[str, list[Node]] = defaultdict(list)
        self.out: dict[str, list[Edge]] = defaultdict(list)
        self.into: dict[str, list[Edge]] = defaultdict(list)
        self.held: dict[str, list[Edge]] = defaultdict(list)
        for node in nodes:
            self.nodes[node.ref].append(node)
        for edge in edges:
            self.out[edge.source].append(edge)
            self.into[edge.target].append(edge)
            self.held[edge.holder].append(edge)

    def turns(self, subject: str, followed: Container[str], *, climbs: bool) -> set[datetime]:
        """The instants at which anything changes that a rule may look at for this subject: what it points at, what
        points at it by a relation that is ``followed``, and all above it if a rule ``climbs``."""
        refs, edges = self._around(subject, followed, climbs=climbs)
        instants = {instant for edge in edges for instant in edge.span.turns()}
        return instants | {instant for ref in refs for node in self.nodes[ref] for instant in node.span.turns()}

    def _around(self, subject: str, followed: Container[str], *, climbs: bool) -> tuple[set[str], list[Edge]]:
        into = [edge for edge in self.into[subject] if edge.type in followed]
        near = [*self.out[subject], *into, *self.held[subject]]
        refs = {subject} | {end for edge in near for end in (edge.source, edge.target)}
        edges, waiting = near, [edge.target for edge in self.out[subject] if edge.justifies and climbs]
        above: set[str] = set()
        while waiting:
            ref = waiting.pop()
            if ref not in above:
                above.add(ref)
                up = [edge for edge in self.out[ref] if edge.justifies]
                edges = edges + up
                waiting += [edge.target for edge in up]
        return refs | above, edges

    def at(self, moment: datetime) -> "Graph":
        return Graph(self, moment)


class Graph:
    """The piece as it was recorded at a moment, with what was valid then."""

    def __init__(self, history: History, moment: datetime) -> None:
        self.history = history
        self.moment = moment
        self._held: dict[str, list[Edge]] = {}

    def node(self, ref: str) -> Node | None:
        """The version of that moment, a tombstone included; None if nothing was known of it."""
        for node in self.history.nodes.get(ref, ()):
            if node.span.recorded(self.moment):
                return node
        return None

    def live(self, ref: str) -> Node | None:
        """The node if its state is live and the moment lies in its validity."""
        node = self.node(ref)
        return node if node and node.has_live_state and node.span.valid(self.moment) else None

    def _active(self, edges: Iterable[Edge]) -> Iterator[Edge]:
        return (e for e in edges if e.live and e.span.recorded(self.moment) and e.span.valid(self.moment))

    def out(self, ref: str, *types: str) -> list[Edge]:
        return [edge for edge in self._active(self.history.out.get(ref, ())) if edge.type in types]

    def into(self, ref: str, *types: str) -> list[Edge]:
        return [edge for edge in self._active(self.history.into.get(ref, ())) if edge.type in types]

    def held(self, ref: str) -> list[Edge]:
        """The active edges that this entity declares, by links from it or by its own fields."""
        if ref not in self._held:
            self._held[ref] = list(self._active(self.history.held.get(ref, ())))
        return self._held[ref]

    def leads_up_to(self, ref: str, goal: Callable[[Node], bool]) -> bool:
        """Whether justifying relations lead from here, through live nodes only, to a goal that is live."""
        seen, waiting = {ref}, [ref]
        while waiting:
            for edge in self._active(self.history.out.get(waiting.pop(), ())):
                if not edge.justifies or edge.target in seen:
                    continue
                seen.add(edge.target)
                node = self.live(edge.target)
                if node is None:
                    continue
                if goal(node):
                    return True
                waiting.append(edge.target)
        return False
