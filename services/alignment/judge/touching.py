"""Whom a change can matter to: subjects with the rules to judge them by, and relations that are judged one by one."""

from collections import defaultdict
from collections.abc import Iterable

from services.alignment.judge.catalogue.words import END
from services.alignment.judge.checks import Evidence
from services.alignment.judge.closures import Closures
from services.alignment.judge.ends import every
from services.alignment.judge.graph import Edge, Graph, Node
from services.alignment.judge.hubs import Hubs
from services.alignment.judge.plan import Back, Plan


class Touching:
    """``touched`` and ``edges`` are to be judged; while ``loading`` nobody is touched. ``seen`` is what checks that are
    asked of everything at once have found, by the number of their rule, node and part."""

    def __init__(self, plan: Plan, graph: Graph) -> None:
        self.plan = plan
        self.graph = graph
        self.closures = Closures(graph, plan.closures, self._led)
        self.hubs = Hubs()
        self.those, self.leads_to = self.hubs.those, self.hubs.leads  # asked a dozen times an event
        self.touched: dict[Node, set[int]] = defaultdict(set)
        self.edges: dict[Edge, None] = {}
        self.loading = False
        self.seen: dict[int, dict[Node, dict[str, Evidence]]] = {}
        self._end = plan.closures.index(END) if END in plan.closures else None
        self._endless: dict[Node, None] = {}
        self._circles: dict[Node, Node | None] = {}

    def seen_of(self, check: object, node: Node) -> Iterable[Evidence]:
        return self.seen.get(self.plan.whole[check], {}).get(node, {}).values()

    def seen_before(self, number: int, node: Node, part: str, evidence: Evidence) -> None:
        """What it found the last time that it was asked."""
        self.seen.setdefault(number, {}).setdefault(node, {})[part] = evidence

    def touch(self, node: Node, rules: Iterable[int]) -> None:
        """It is to be judged anew by these rules."""
        self._touch(node, rules)

    def _touch(self, node: Node, rules: Iterable[int]) -> None:
        if rules and not self.loading:
            self.touched[node].update(rules)

    def _own(self, node: Node) -> None:
        self._touch(node, self.plan.own.get(node.kind, ()))

    def _touch_back(self, node: Node, backs: Iterable[Back]) -> None:
        if self.loading:
            return
        for steps, rules, _ in backs:
            for subject in self.hubs.back(node, steps) if steps else (node,):
                self._touch(subject, rules.get(subject.kind, ()))

    def _touch_edges(self, node: Node) -> None:
        """Its relations are judged by what their ends are, and by who declares them."""
        if self.loading:
            return
        for found in (node.out, node.into):
            self.edges.update(dict.fromkeys(every(found)))
        self.edges.update(dict.fromkeys(node.held))

    def _touch_all(self, rules: set[int]) -> None:
        """Everything that some rules are about: they are other ones from now on."""
        if self.loading:
            return
        about = {kind: found for kind, numbers in self.plan.own.items() if (found := rules.intersection(numbers))}
        for node in self.graph.nodes.values():
            self._touch(node, about.get(node.kind, ()))
            if rules.intersection(self.plan.edges):
                self.edges.update(dict.fromkeys((*every(node.out), *node.held)))

    def _led(self, node: Node, number: int) -> None:
        """What it leads to has changed."""
        self._touch(node, self.plan.led[number].get(node.kind, ()))
        if number == self._end:
            self._touch(node, self.plan.top.get(node.kind, ()))
            self._touch_circles(node)

    def _touch_in_circle(self, node: Node, type: str) -> None:
        """All that is in a circle with it by relations of this type, if it is in any."""
        if self.loading or node not in (above := _reached(node, type, forward=True)):
            return
        for each in above & _reached(node, type, forward=False):
            self._touch(each, self.plan.circles[type].get(each.kind, ()))

    def _touch_circles(self, node: Node) -> None:
        if not self.loading and self._end is not None:
            self._endless[node] = None

    def look_around_circles(self) -> None:
        """Who is in a circle is named with all that is in it: where no chain ends, all around are looked at."""
        assert self._end is not None or not self._endless
        seen = {node for node in self._endless if not self.closures.carries(node, self._end or 0)}
        self._endless.clear()
        waiting = list(seen)
        while waiting:
            at = waiting.pop()
            self._touch(at, self.plan.top.get(at.kind, ()))
            around = [edge.upper for edge in at.above if edge.active]
            around += [edge.lower for edge in at.below if edge.active]
            fresh = {n for n in around if not self.closures.leads(n, self._end or 0) and not END.root(n)} - seen
            seen |= fresh
            waiting += fresh

    def forget(self) -> None:
        """Whom something touched that has been taken back, and what was so of them."""
        self.hubs.forget()
        self.touched.clear()
        self.edges.clear()
        self._endless.clear()
        self._circles.clear()


def _reached(node: Node, type: str, *, forward: bool) -> set[Node]:
    found, waiting = set[Node](), [node]
    while waiting:
        fresh = set(waiting.pop().over((type,), forward=forward)) - found
        found |= fresh
        waiting += fresh
    return found
