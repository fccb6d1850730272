"""Graphs in one line: ``kind:name state type +member, ...; name relation name, ...``."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.alignment.judge.checks import Evidence
from services.alignment.judge.graph import Edge, Graph, History, Node, Span
from services.alignment.judge.intervals import judged
from services.alignment.judge.rules import RULES
from shared.clock import FOREVER
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def span(since: float = 0, until: float | None = None, valid: tuple[float | None, float | None] = (None, None)) -> Span:
    valid_from, valid_to = (None if hours is None else at(hours) for hours in valid)
    return Span(at(since), FOREVER if until is None else at(until), valid_from, valid_to)


def node(text: str, when: Span | None = None, version: int = 1) -> Node:
    """``kind:name state type +member``; the state ``deleted`` makes a tombstone."""
    named, state, *more = text.split()
    kind, _, name = named.partition(":")
    deleted = state == "deleted"
    state = NODE_KINDS[kind].lifecycle.initial if deleted else state
    live = NODE_KINDS[kind].is_live(state) and not deleted
    type = next((word for word in more if not word.startswith("+")), None)
    data = {word[1:]: ["something"] for word in more if word.startswith("+")}
    return Node(f"{kind}/{name}", version, type, state, live, deleted, None, when or span(), data)


def edge(text: str, nodes: list[Node], when: Span | None = None) -> Edge:
    """``name relation name``; an end that is no node is written ``kind:name``."""
    refs = {node.ref.partition("/")[2]: node.ref for node in nodes}
    source, relation, target = text.split()
    source, target = (refs.get(end) or end.replace(":", "/") for end in (source, target))
    kinds = source.partition("/")[0], target.partition("/")[0]
    up = RELATIONS[relation].justified(kinds[0]) if RELATIONS[relation].allows(*kinds) else None
    return Edge(f"link/{text}", relation, source, target, source, True, up, True, when or span())


def history(text: str) -> tuple[str, History]:
    """The graph of a line, and its first node as the subject."""
    named, _, joined = text.partition(";")
    nodes = [node(part) for part in named.split(",")]
    return nodes[0].ref, History(nodes, [edge(part, nodes) for part in joined.split(",") if part.strip()])


def broken(graph: Graph, subject: str) -> Iterator[tuple[str, str, int, Evidence]]:
    """What is wrong with a subject at one moment, as ``(id, rule, severity, evidence)``."""
    for rule in RULES.values():
        for matter in rule.check.matters(graph.history, subject):
            for id, severity, evidence in judged(rule, matter.judge, graph, subject):
                yield id, rule.id, severity, evidence
