"""What holds at an instant: validity turns, relations begin and end to hold, and what that means to others. Pure."""

from datetime import datetime
from typing import Any

from services.alignment.judge.awaiting import Awaiting
from services.alignment.judge.circles import circles
from services.alignment.judge.clocks import come
from services.alignment.judge.closures import Closure
from services.alignment.judge.graph import Edge, Node
from services.alignment.judge.meaning import LEADING
from shared.contracts.relations import UP

_UP_FROM = {"source": frozenset(UP["source"]), "target": frozenset(UP["target"])}
_OWN = frozenset({"type", "state", "has_live_state", "deleted", "criticality", "seen", "live", "valid", "passed"})
"""Members of a node that every rule about it reads."""


class Turning(Awaiting):
    """A graph at an instant, and what begins and ends to hold there."""

    def turn_to(self, instant: datetime) -> None:
        """Go on to an instant, at which validity may begin or end. None that is due lies between."""
        self.graph.now = instant
        for at, thing in self._come(instant):
            if thing is None:
                self._touch_all(self.plan.spells.turning(at))
            elif isinstance(thing, Edge):
                self._stand(thing)
            else:
                self._own(thing)
                self._live(thing)
        self._circles.clear()

    def _set(self, thing: Node | Edge, name: str, value: Any) -> None:
        if getattr(thing, name) != value:
            self.graph.change(thing)
            setattr(thing, name, value)
            if name in _OWN and isinstance(thing, Node):
                self._own(thing)

    # -- what follows from it

    def _live(self, node: Node) -> None:
        """Whether it is live at this instant, and what that means to others."""
        valid = self.graph.holds(node)
        live = node.has_live_state and not node.deleted and valid
        self._set(node, "valid", valid)
        if clocks := self.plan.clocks.get(node.kind):
            self._set(node, "passed", come(clocks, node, self.graph.now))
        if live != node.live:
            self._turn(node, live=live)
        self._read(node)

    def _turn(self, node: Node, *, live: bool) -> None:
        if self.loading:
            node.live = live
            return
        carried = self.closures.carried(node)
        below = [edge for edge in node.below if edge.active]
        self._set(node, "live", live)
        if self._end is None:
            self.closures.changed(node, carried)
        else:
            self._recount(node, below, carried, live=live)
        for edge in below:
            self._touch(edge.lower, self.plan.top.get(edge.lower.kind, ()))
        for edge in node.above:
            if edge.active:
                self._touch(edge.upper, self.plan.rests.get(edge.upper.kind, ()))
        for type in self.plan.circles:
            self._touch_in_circle(node, type)
        self._touch_circles(node)

    def lead_all(self) -> None:
        """What every chain leads to, once everything has been loaded."""
        nodes = self.graph.nodes.values()
        for node in nodes:
            node.uppers = sum(e.active and e.upper.live and e.upper.kind in LEADING for e in node.above)
        self.closures.find(nodes)

    def _recount(self, node: Node, below: list[Edge], carried: list[bool], *, live: bool) -> None:
        """What lies below has one live thing more or less above it: so it may be an end of chains, or no longer."""
        assert self._end is not None
        crossing: list[tuple[Edge, bool]] = []
        for edge in below if node.kind in LEADING else ():
            lower = edge.lower
            if lower.uppers == (0 if live else 1):
                crossing.append((edge, self.closures.carries(lower, self._end)))
            self.graph.change(lower)
            lower.uppers += 1 if live else -1
        if live:
            for edge, before in crossing:
                if self.closures.carries(node, self._end):
                    self.closures.appeared_above_a_root(edge, self._end)
                self.closures.changed_in(edge.lower, self._end, before=before)
            self.closures.changed(node, carried)
        else:
            self.closures.changed(node, carried)
            for edge, before in crossing:
                self.closures.changed_in(edge.lower, self._end, before=before)

    def _stand(self, edge: Edge) -> None:
        """Whether it stands at this instant, and what that means to its ends."""
        stands = edge.in_force and self.graph.holds(edge)
        if stands == edge.stands:
            return
        self.graph.change(edge)
        edge.stands = stands
        self.edges[edge] = None
        if not edge.fits:
            for end, node in (("source", edge.source), ("target", edge.target)):
                if edge.type in _UP_FROM[end]:
                    self._touch(node, self.plan.top.get(node.kind, ()))
            return
        if not stands:
            self._touch_by(edge)  # while the way back is still there
        edge.active = stands
        self.hubs.joined(edge)
        if stands:
            self._touch_by(edge)
        if edge.up and not self.loading:
            self._lead(edge, active=stands)

    def _touch_by(self, edge: Edge) -> None:
        for node, far, forward in ((edge.source, edge.target, True), (edge.target, edge.source, False)):
            self._touch_back(node, self.plan.touched_by(edge.type, node.kind, far.kind, forward=forward))
        if edge.type in self.plan.circles:
            self._touch_in_circle(edge.target, edge.type)

    def _lead(self, edge: Edge, *, active: bool) -> None:
        lower, upper = edge.lower, edge.upper
        self._touch(upper, self.plan.rests.get(upper.kind, ()))
        if self._end is None:
            (self.closures.appeared if active else self.closures.vanished)(edge)
            return
        counts = upper.live and upper.kind in LEADING
        before = self.closures.carries(lower, self._end)
        if active:
            if counts:
                self.graph.change(lower)
                lower.uppers += 1
                self.closures.appeared_above_a_root(edge, self._end)
                self.closures.changed_in(lower, self._end, before=before)
            self.closures.appeared(edge)
        else:
            if counts:
                self.graph.change(lower)
                lower.uppers -= 1
            self.closures.vanished(edge)
            self.closures.changed_in(lower, self._end, before=before)
        self._touch(lower, self.plan.top.get(lower.kind, ()))
        self._touch_circles(lower)
        self._touch_circles(upper)

    def _read(self, node: Node) -> None:
        """What is read of it at the ends of paths; whoever looks at what has changed is touched."""
        readings, before = self.plan.readings.get(node.kind, ()), node.values
        now = tuple(reading.of(node) for reading, _ in readings)
        if now == before:
            return
        self.graph.change(node)
        node.values = now
        if not (node.out or node.into):
            return  # nobody can look at it
        self.hubs.turned(node)
        for place, (_, backs) in enumerate(readings):
            if not before or before[place] != now[place]:
                self._touch_back(node, backs)

    def leads(self, node: Node, closure: Closure) -> bool:
        return self.closures.leads(node, self.plan.closures.index(closure))

    def is_top(self, node: Node) -> bool:
        if node.uppers == 0:
            return True
        if self._end is None or self.closures.leads(node, self._end):
            return False
        if node not in self._circles:
            self._circles |= circles(node, self.plan.top, self._circles)
        return self._circles[node] is node
