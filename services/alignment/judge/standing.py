"""What holds at an instant: versions come in, validity turns, and everything that a rule looks at is kept up. Pure.

Whoever a change can matter to is put down in ``touched``, with the rules to judge anew; relations that are to be judged
one by one in ``edges``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from sys import intern
from typing import Any, NamedTuple

from services.alignment.judge.clocks import instants
from services.alignment.judge.graph import Edge, Graph, Node
from services.alignment.judge.meaning import lasts
from services.alignment.judge.plan import Plan
from services.alignment.judge.turning import Turning


class Said(NamedTuple):
    """A relation as a version says it; of a field, or of the link itself."""

    type: str
    source: str
    target: str
    holder: str
    in_force: bool
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class Version(NamedTuple):
    """One version of an entity or link, as far as judging needs it; without ``edges`` its relations are told apart."""

    ref: str
    order: tuple[int, int]
    recorded_at: datetime
    type: str | None
    state: str
    has_live_state: bool
    deleted: bool
    criticality: int | None
    valid_from: datetime | None
    valid_to: datetime | None
    edges: tuple[Said, ...] | None
    members: Mapping[str, Any]


class Standing(Turning):
    """The present, or a piece of the past, told version by version."""

    def __init__(self, plan: Plan, *, journaled: bool = True) -> None:
        super().__init__(plan, Graph(journaled=journaled))

    def clear(self) -> None:
        """Let go of everything, whatever else still holds this."""
        self.graph.clear()
        self.seen.clear()
        self._due.clear()
        self.forget()

    def take(self, version: Version) -> bool:
        """Apply a version, if it is newer than what is there. Its instant is that of the graph."""
        if version.ref.startswith("link/"):
            return self._take_link(version)
        node = self.graph.node(version.ref)
        if version.order <= node.order:
            return False
        first = not node.seen
        _, order, recorded_at, type, state, live, deleted, criticality, valid_from, valid_to, edges, members = version
        before = node.type, node.state, node.has_live_state, node.deleted, node.criticality
        validity = node.valid_from, node.valid_to
        lasted = lasts(node.kind, node.state, live=node.has_live_state)
        watched = () if first else self._instants(node)
        if node.live and node.type != type:
            self._turn(node, live=False)  # as a root of one type it carries what it may not as one of another
        self.graph.change(node)
        node.seen, node.order = True, order
        node.type, node.state = type and intern(type), intern(state)
        node.has_live_state, node.deleted = live, deleted
        node.criticality, node.valid_from, node.valid_to = criticality, valid_from, valid_to
        if first or before != (type, state, live, deleted, criticality):
            self._own(node)
        lasting = lasts(node.kind, state, live=live)
        if lasting and not lasted:
            node.live_since = recorded_at
        if validity != (valid_from, valid_to):
            self._await(node, valid_from, valid_to)
            self._own(node)
        if validity[0] != valid_from or (lasting and not lasted):
            self._age(node)
        self._say(node, members, first=first)
        self._await(node, *self._instants(node).difference(watched, (valid_from, valid_to)))
        self._live(node)
        if edges is not None:
            self.hold(node, edges)
        if first or deleted or before[3:] != (deleted, criticality):
            self._touch_edges(node)
        return True

    def _instants(self, node: Node) -> set[datetime]:
        clocks = self.plan.clocks.get(node.kind)
        return instants(clocks, node) if clocks else set()

    def _say(self, node: Node, members: Mapping[str, Any], *, first: bool) -> None:
        """Members that rules read."""
        wanted = self.plan.members.get(node.kind)
        if not wanted:
            return
        # nothing is said by an empty text or list, and something by a zero
        now = {n: value for n in wanted if (value := members.get(n)) or (value == 0 and value is not False)} or None
        before = node.members
        if now == before and not first:
            return
        self.graph.change(node)
        node.members = now
        for name, rules in self.plan.own_members.get(node.kind, {}).items():
            if (now or {}).get(name) != (before or {}).get(name):
                self._touch(node, rules)

    def hold(self, node: Node, edges: Iterable[Said]) -> None:
        """The relations that its fields make, in place of those that they made."""
        if not edges and not node.held:
            return
        before = {(edge.type, edge.source.ref, edge.target.ref): edge for edge in node.held}
        held = []
        for said in edges:
            edge = before.pop((said.type, said.source, said.target), None)
            if edge is None:
                ends = self.graph.node(said.source), self.graph.node(said.target)
                edge = Edge(node.ref, said.type, *ends, node, is_link=False, batch=self.graph.batch)
                self.graph.connect(edge)
            self._say_of(edge, said)
            held.append(edge)
        for edge in before.values():
            self._let_go(edge)
        self.graph.change(node)
        node.held = tuple(held)

    def live_since(self, node: Node, since: datetime) -> None:
        """Its state has been a live one for longer than its version says."""
        self.graph.change(node)
        node.live_since = since
        self._age(node)

    def _age(self, node: Node) -> None:
        """It has been live for less long than it had, or for longer."""
        if ages := self._ages(node):
            self._await(node, *ages)
            self._own(node)

    def relate(self, said: Said, origin: str, *, is_link: bool) -> None:
        """A relation by itself, in force or no longer, whatever says it: how a piece of the past is told."""
        key = f"{origin} {said.type} {said.source} {said.target}"
        edge = self.graph.links.get(key)
        if edge is None:
            source, target, holder = (self.graph.node(ref) for ref in (said.source, said.target, said.holder))
            edge = self.graph.links[key] = Edge(origin, said.type, source, target, holder, is_link=is_link)
            self.graph.connect(edge)
            if not is_link:
                holder.held = (*holder.held, edge)
        self._say_of(edge, said)

    def _take_link(self, version: Version) -> bool:
        graph, ref = self.graph, version.ref
        if version.order <= graph.order_of(ref):
            return False
        edge = graph.links.get(ref)
        said = version.edges[0] if version.edges else None
        if edge is not None and (said is None or (edge.type, edge.source.ref, edge.target.ref) != said[:3]):
            # only an owner that was restored from an older copy gives one id to another relation
            self._let_go(edge)
            del graph.links[ref]
            graph.undo_by(graph.links.__setitem__, ref, edge)
            edge = None
        if said is None:  # deleted, or of a relation that is not known
            graph.undo_by(_put_back, graph.others, ref, graph.others.get(ref))
            graph.others[ref] = version.order
            return True
        if edge is None:
            source, target = graph.node(said.source), graph.node(said.target)
            edge = Edge(ref, said.type, source, target, source, is_link=True, batch=graph.batch)
            graph.links[ref] = edge
            graph.undo_by(graph.links.pop, ref)
            graph.connect(edge)
        graph.change(edge)
        edge.order = version.order
        self._say_of(edge, said)
        return True

    def _say_of(self, edge: Edge, said: Said) -> None:
        """Whether it is in force, and when it is valid."""
        self.graph.change(edge)
        before = edge.valid_from, edge.valid_to, edge.in_force
        edge.valid_from, edge.valid_to, edge.in_force = now = said.valid_from, said.valid_to, said.in_force
        if said.in_force and before != now:
            self._await(edge, said.valid_from, said.valid_to)
        self._stand(edge)

    def _let_go(self, edge: Edge) -> None:
        """It is declared no longer."""
        self.graph.change(edge)
        edge.in_force = False
        self._stand(edge)
        self.graph.disconnect(edge)


def _put_back(found: dict[str, Any], key: str, before: Any) -> None:
    if before is None:
        found.pop(key, None)
    else:
        found[key] = before
