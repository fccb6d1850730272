"""The present of one generation in memory: nodes, relations, and the way back from every change. Pure.

It is a cache of the tables: lost, it is loaded again.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from operator import attrgetter
from sys import intern
from typing import Any

from services.alignment.judge.ends import (
    ByType,
    Relations,
    of_types,
    with_one,
    with_typed,
    without_one,
    without_typed,
)
from services.alignment.judge.journal import Journal, Undo
from services.alignment.judge.meaning import fits, justified
from shared.live import validity


class Node:
    """An entity as it is; ``seen`` is False while nothing but relations to it is known."""

    __slots__ = (
        "above", "batch", "below", "criticality", "deleted", "flags", "has_live_state", "held", "into", "kind", "live",
        "live_since", "members", "on", "open", "order", "out", "passed", "ref", "seen", "state", "type", "uppers",
        "valid", "valid_from", "valid_to", "values",
    )  # fmt: skip

    def __init__(self, ref: str, batch: int = 0) -> None:
        self.ref = ref
        self.batch = batch
        """The one in which it was made, or last changed."""
        self.kind = intern(ref.partition("/")[0])
        self.type: str | None = None
        self.state = ""
        self.seen = self.deleted = self.has_live_state = self.live = False
        self.valid = True
        self.criticality: int | None = None
        self.valid_from: datetime | None = None
        self.valid_to: datetime | None = None
        self.order: tuple[int, int] = (0, 0)
        self.live_since: datetime | None = None
        """Since when its state is a live one without a break."""
        self.members: dict[str, Any] | None = None
        """Those that rules read."""
        self.passed: frozenset[tuple[object, int]] | None = None
        """The clocks that rules watch, and which of their instants have come."""
        self.values: tuple[Any, ...] = ()
        """What was last read of it by the watches of its kind."""
        self.out: ByType[Edge] = ()
        self.into: ByType[Edge] = ()
        self.above: Relations[Edge] = ()
        """The relations that justify it."""
        self.below: Relations[Edge] = ()
        """The relations by which it justifies others."""
        self.held: tuple[Edge, ...] = ()
        """The relations that its fields make."""
        self.uppers = 0
        """How many live things justify it."""
        self.flags = 0
        """Per closure a bit: whether it leads to a root of that closure."""
        self.on: list[Edge | None] | None = None
        """Per closure the relation by which it does."""
        self.open: dict[tuple[int, str], Any] | None = None
        """Its findings that are open."""

    @property
    def subject(self) -> str:
        """Whose finding it is if something is wrong with it."""
        return self.ref

    @property
    def version(self) -> int:
        return self.order[1]

    @property
    def id(self) -> str:
        return self.ref.partition("/")[2]

    def get(self, member: str) -> Any:
        """A member that some rule has declared to read."""
        return self.members.get(member) if self.members else None

    def past(self, clock: object, which: int = 0) -> bool:
        """Whether an instant has come that some rule has declared to watch."""
        return self.passed is not None and (clock, which) in self.passed

    def over(self, types: Iterable[str], *, forward: bool) -> "Iterable[Node]":
        """What active relations of these types lead to; backward: what leads here by them."""
        found = self.out if forward else self.into
        if not isinstance(found, tuple):
            return (e.target if forward else e.source for e in of_types(found, types) if e.active)
        if forward:  # at once: that costs less than to stop at the first
            return [edge.target for edge in found if edge.active and edge.type in types]
        return [edge.source for edge in found if edge.active and edge.type in types]

    def put_aside(self) -> Undo:
        """How to put back what changes of it; the relations at its ends are put back by themselves."""
        return partial(_restore, self, _OF_NODE, _of_node(self), self.open and {**self.open}, self.on and [*self.on])

    def __repr__(self) -> str:
        return f"<{self.ref} {self.state}>"


_OF_NODE = (
    "batch", "type", "state", "seen", "deleted", "has_live_state", "live", "valid", "criticality", "valid_from",
    "valid_to", "order", "live_since", "members", "passed", "values", "held", "uppers", "flags", "open", "on",
)  # fmt: skip
_of_node = attrgetter(*_OF_NODE[:-2])


class Edge:
    """A relation. It *stands* while it is in force and valid; it is *active* if its ends fit its type as well."""

    __slots__ = (
        "active", "batch", "fits", "holder", "in_force", "is_link", "open", "order", "origin", "source", "stands",
        "target", "type", "up", "valid_from", "valid_to",
    )  # fmt: skip

    def __init__(
        self, origin: str, type: str, source: Node, target: Node, holder: Node, *, is_link: bool, batch: int = 0
    ) -> None:
        self.origin = origin
        self.batch = batch
        self.type = intern(type)
        self.source = source
        self.target = target
        self.holder = holder
        self.is_link = is_link
        self.fits = not is_link or fits(type, source.kind, target.kind)
        end = justified(type, source.kind) if self.fits and source is not target else None
        self.up = end
        self.in_force = self.stands = self.active = False
        self.valid_from: datetime | None = None
        self.valid_to: datetime | None = None
        self.order: tuple[int, int] = (0, 0)
        self.open: dict[tuple[int, str], Any] | None = None

    @property
    def subject(self) -> str:
        """Whose finding it is if something is wrong with it: of what declares it."""
        return self.holder.ref

    @property
    def lower(self) -> Node:
        """What it justifies, if it justifies anything."""
        return self.source if self.up == "source" else self.target

    @property
    def upper(self) -> Node:
        """By what."""
        return self.target if self.up == "source" else self.source

    @property
    def name(self) -> str:
        return f"{self.origin} {self.type} {self.source.ref} {self.target.ref}"

    def put_aside(self) -> Undo:
        """How to put back what changes of it."""
        return partial(_restore, self, _OF_EDGE, _of_edge(self), self.open and {**self.open})

    def __repr__(self) -> str:
        return f"<{self.name}{'' if self.active else ' (not active)'}>"


_OF_EDGE = ("batch", "in_force", "stands", "active", "valid_from", "valid_to", "order", "open")
_of_edge = attrgetter(*_OF_EDGE[:-1])


def _restore(thing: Node | Edge, names: tuple[str, ...], values: tuple[Any, ...], *copied: Any) -> None:
    for name, value in zip(names, (*values, *copied), strict=True):
        setattr(thing, name, value)


class Graph(Journal):
    """``nodes`` by reference, ``links`` by the reference of the link, ``others`` the orders of links that join nothing;
    ``now`` is the instant that it is judged at."""

    def __init__(self, *, journaled: bool = True) -> None:
        super().__init__(journaled=journaled)
        self.nodes: dict[str, Node] = {}
        self.links: dict[str, Edge] = {}
        self.others: dict[str, tuple[int, int]] = {}
        self.now: datetime | None = None

    def node(self, ref: str) -> Node:
        """Its node, made if there is none."""
        found = self.nodes.get(ref)
        if found is None:
            found = self.nodes[ref] = Node(ref, self.batch)
            self.undo_by(self.nodes.pop, ref)
        return found

    def order_of(self, ref: str) -> tuple[int, int]:
        """Of the newest version that is known; before the first one if none is."""
        if not ref.startswith("link/"):
            node = self.nodes.get(ref)
            return node.order if node else (0, 0)
        edge = self.links.get(ref)
        return max(edge.order if edge else (0, 0), self.others.get(ref, (0, 0)))

    def clear(self) -> None:
        """Let go of everything. Nodes and relations hold each other, and what the collector was told to leave alone it
        never frees by itself."""
        self.accept()
        for node in list(self.nodes.values()):
            node.out = node.into = node.above = node.below = node.held = ()
            node.on = None
        self.nodes.clear()
        self.links.clear()
        self.others.clear()

    # -- relations at their ends

    def connect(self, edge: Edge) -> None:
        """Let both ends know of a relation."""
        connect(edge)
        self.undo_by(disconnect, edge)

    def disconnect(self, edge: Edge) -> None:
        disconnect(edge)
        self.undo_by(connect, edge)

    def holds(self, thing: Node | Edge) -> bool:
        """Whether the instant lies in its validity."""
        assert self.now is not None
        return validity(thing, self.now) is None


def connect(edge: Edge) -> None:
    """Let both ends know of a relation."""
    source, target = edge.source, edge.target
    source.out, target.into = with_typed(source.out, edge), with_typed(target.into, edge)
    if edge.up:
        edge.lower.above, edge.upper.below = with_one(edge.lower.above, edge), with_one(edge.upper.below, edge)


def disconnect(edge: Edge) -> None:
    source, target = edge.source, edge.target
    source.out, target.into = without_typed(source.out, edge), without_typed(target.into, edge)
    if edge.up:
        edge.lower.above, edge.upper.below = without_one(edge.lower.above, edge), without_one(edge.upper.below, edge)
