"""Findings and score, recomputed from every event that has arrived, and from nothing that the view keeps."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from services.alignment.judge.graph import Edge, Graph, History, Node, Span
from services.alignment.judge.rule import WEIGHTS, Rule
from services.alignment.judge.rules import RULES
from services.alignment.view.projection import Projected, project
from shared import clock
from tests.unit.alignment.graphs import broken

State = dict[str, Any]


class Findings:
    """What is wrong, looked at anew at every instant at which anything was recorded or began or ceased to be valid."""

    def __init__(self, events: Iterable[State], until: datetime) -> None:
        rows = [project(event) for event in events]
        by_ref: dict[str, list[Projected]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.order):
            by_ref[row.ref].append(row)
        nodes, edges = list[Node](), list[Edge]()
        for of in by_ref.values():
            ends = [*(row.recorded_at for row in of[1:]), clock.FOREVER]
            for row, end in zip(of, ends, strict=True):
                nodes += [] if row.ref.startswith("link/") else [_node(row, end)]
                edges += _edges(row, end)
        self.history = History(nodes, edges)
        spans = [*(node.span for node in nodes), *(edge.span for edge in edges)]
        self.instants = sorted({turn for span in spans for turn in span.turns() if turn <= until})
        self.subjects = sorted({node.ref for node in nodes})
        self._at: dict[datetime, dict[str, tuple[str, str, int]]] = {}

    def at(self, moment: datetime) -> dict[str, tuple[str, str, int]]:
        """Rule, subject and severity by the finding's id."""
        if moment not in self._at:
            graph = self.history.at(moment)
            told = ((ref, each) for ref in self.subjects for each in broken(graph, ref))
            self._at[moment] = {id: (rule, ref, severity) for ref, (id, rule, severity, _) in told}
        return self._at[moment]

    def since(self, id: str, moment: datetime) -> datetime:
        """The first of the instants before the moment from which on it was always there."""
        first = moment
        for instant in reversed([each for each in self.instants if each <= moment]):
            if id not in self.at(instant):
                break
            first = instant
        return first

    def score(self, moment: datetime) -> tuple[dict[str, tuple[int, float, float]], float | None]:
        """By rule: subjects, weight of those it is about, and of those that pass; and the index, if nothing caps it."""
        graph, now = self.history.at(moment), self.at(moment)
        rules = {rule.id: self._passing(rule, graph, now) for rule in RULES.values()}
        means = []
        for dimension in dict.fromkeys(rule.dimension for rule in RULES.values()):
            group = [r for r in RULES.values() if r.dimension == dimension and rules[r.id][1]]
            if weight := sum(WEIGHTS[r.severity] for r in group):
                parts = [WEIGHTS[r.severity] * round(100 * rules[r.id][2] / rules[r.id][1], 1) for r in group]
                means.append(sum(parts) / weight)
        return rules, sum(means) / len(means) if means else None

    def _passing(self, rule: Rule, graph: Graph, now: dict[str, tuple[str, str, int]]) -> tuple[int, float, float]:
        broken = [subject for name, subject, _ in now.values() if name == rule.id]
        if rule.population == "nodes":
            looked = [n for ref in self.subjects if (n := graph.node(ref)) and rule.looks_at(n, graph)]
            weight = {node.ref: node.criticality or 3 for node in looked}
            return len(looked), sum(weight.values()), sum(weight.values()) - sum(weight[ref] for ref in set(broken))
        edges = [each for of in self.history.out.values() for each in of if each.span.recorded(graph.moment)]
        count = sum(each.live and (each.is_link or rule.population == "edges") for each in edges)
        return count, 3.0 * count, 3.0 * (count - min(count, len(broken)))


def _node(row: Projected, end: datetime) -> Node:
    record = row.record or {}
    span = Span(row.recorded_at, end, record["valid_from"], record["valid_to"])
    members = {name: record[name] for name in ("type", "state", "deleted", "criticality", "data")}
    return Node(row.ref, row.event.version, has_live_state=record["live"], span=span, **members)


def _edges(row: Projected, end: datetime) -> Iterator[Edge]:
    for edge in row.edges:
        span = Span(row.recorded_at, end, edge["valid_from"], edge["valid_to"])
        members = {name: edge[name] for name in ("type", "source", "target", "holder", "up", "live")}
        yield Edge(row.ref, is_link=edge["field"] is None, span=span, **members)
