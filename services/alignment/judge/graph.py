"""A piece of the graph with its past: what rules look at, as of any moment. Pure; the loader fills it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
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
    up: str | None
    live: bool
    span: Span

    @property
    def lower(self) -> str:
        """What it justifies, if it justifies anything."""
        return self.source if self.up == "source" else self.target

    @property
    def upper(self) -> str:
        """By what."""
        return self.target if self.up == "source" else self.source


class History:
    """All versions of some nodes and edges. What is not in it is unknown, so load enough around the subjects.

    ``held`` has the relations that an entity declares, by links from it or by its own fields: the versions of each.
    """

    def __init__(self, nodes: Iterable[Node] = (), edges: Iterable[Edge] = ()) -> None:
        self.nodes: dict[str, list[Node]] = defaultdict(list)
        self.out: dict[str, list[Edge]] = defaultdict(list)
        self.into: dict[str, list[Edge]] = defaultdict(list)
        self.up: dict[str, list[Edge]] = defaultdict(list)
        self.held: dict[str, dict[tuple[str, ...], list[Edge]]] = defaultdict(dict)
        for node in nodes:
            self.nodes[node.ref].append(node)
        for edge in edges:
            self.out[edge.source].append(edge)
            self.into[edge.target].append(edge)
            if edge.up:
                self.up[edge.lower].append(edge)
            self.held[edge.holder].setdefault((edge.origin, edge.type, edge.source, edge.target), []).append(edge)

    def turns(self, edges: Iterable[Edge] = (), refs: Iterable[str] = ()) -> set[datetime]:
        """The instants at which anything changes of these."""
        instants = {instant for edge in edges for instant in edge.span.turns()}
        return instants | {instant for ref in refs for node in self.nodes[ref] for instant in node.span.turns()}

    def above(self, ref: str) -> tuple[list[Edge], set[str]]:
        """All relations that may ever have justified an entity, over any number of others, and where they lead."""
        edges: list[Edge] = []
        seen, waiting = {ref}, [ref]
        while waiting:
            up = self.up[waiting.pop()]
            edges += up
            fresh = {edge.upper for edge in up} - seen
            seen |= fresh
            waiting += fresh
        return edges, seen

    def at(self, moment: datetime) -> "Graph":
        return Graph(self, moment)


class Graph:
    """The piece as it was recorded at a moment, with what was valid then."""

    def __init__(self, history: History, moment: datetime) -> None:
        self.history = history
        self.moment = moment

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

    def active(self, edges: Iterable[Edge]) -> Iterator[Edge]:
        return (e for e in edges if e.live and e.span.recorded(self.moment) and e.span.valid(self.moment))

    def out(self, ref: str) -> Iterator[Edge]:
        return self.active(self.history.out.get(ref, ()))

    def into(self, ref: str) -> Iterator[Edge]:
        return self.active(self.history.into.get(ref, ()))

    def leads_up_to(self, ref: str, goal: Callable[[Node], bool]) -> bool:
        """Whether justifying relations lead from here, through live nodes only, to a goal that is live."""
        seen, waiting = {ref}, [ref]
        while waiting:
            for edge in self.active(self.history.up.get(waiting.pop(), ())):
                if edge.upper in seen:
                    continue
                seen.add(edge.upper)
                node = self.live(edge.upper)
                if node is None:
                    continue
                if goal(node):
                    return True
                waiting.append(edge.upper)
        return False
