"""A check is asked at its own instants only, and only about what it holds for doubtful: that must come to the same."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alignment.judge.graph import Edge, Graph, History, Node, Span
from services.alignment.judge.intervals import spells
from services.alignment.judge.rules import RULES
from shared.contracts.relations import RELATIONS
from tests.unit.alignment.graphs import at, broken, edge, node, span

HOURS = range(12)
STATES = {
    "strategy:s": ["in_force it", "in_force it", "draft it", "deleted"],
    "strategy:b": ["in_force business", "draft business", "in_force it"],
    "tactic:t": ["in_force", "in_force", "retired"],
    "objective:o": ["in_force", "retired", "deleted"],
    "outcome:x": ["agreed", "draft", "deleted"],
    "process:p": ["operational", "operational", "retired", "deleted"],
    "policy:q": ["published", "draft"],
    "service:v": ["operational", "tested", "analysed", "deleted"],
    "service_offering:f": ["launched", "launched +components +consumer_group_ids", "in_study", "retired"],
}
MEANT = [
    "s supports b", "t decomposes o", "t realizes b", "p serves x", "p justified_by o", "o serves x", "q governs p",
    "q serves x", "f offers v", "v serves x", "v realizes o", "o decomposes b",
]  # fmt: skip
NAMES = [name.partition(":")[2] for name in STATES]

validity = st.just((None, None)) | st.tuples(st.none() | st.sampled_from(HOURS), st.none() | st.sampled_from(HOURS))
beginnings = st.lists(st.sampled_from(HOURS), min_size=1, max_size=4, unique=True).map(sorted)


@st.composite
def versions(draw: st.DrawFn, name: str) -> list[Node]:
    """An entity that is recorded anew at each of these hours."""
    begins = draw(beginnings)
    spans = [span(*each, draw(validity)) for each in zip(begins, [*begins[1:], None], strict=True)]
    return [node(f"{name} {draw(st.sampled_from(STATES[name]))}", when, number) for number, when in enumerate(spans, 1)]


@st.composite
def histories(draw: st.DrawFn) -> History:
    nodes = [each for name in STATES if draw(st.integers(0, 3)) for each in draw(versions(name))]
    edges = draw(st.lists(relations(), max_size=12, unique_by=lambda each: (each.origin, each.span.recorded_from)))
    return History(nodes, edges)


names = st.sampled_from(NAMES)
any_relation = st.tuples(names, st.sampled_from(sorted(RELATIONS)), names).map(" ".join)


@st.composite
def relations(draw: st.DrawFn) -> Edge:
    """One that is meant to be, or any; its ends are there or not."""
    blank = [node(f"{name} {states[0]}") for name, states in STATES.items()]
    begins = draw(st.sampled_from(HOURS))
    ends = draw(st.none() | st.integers(begins + 1, len(HOURS)))
    return edge(draw(st.sampled_from(MEANT) | any_relation), blank, span(begins, ends, draw(validity)))


def everything(history: History) -> list[Span]:
    nodes = (each.span for versions in history.nodes.values() for each in versions)
    return [*nodes, *(each.span for edges in history.out.values() for each in edges)]


@settings(max_examples=200, deadline=None)
@given(histories())
def test_no_instant_is_left_out(history: History) -> None:
    instants = sorted({turn for each in everything(history) for turn in each.turns() if turn <= at(max(HOURS))})
    for subject in list(history.nodes):
        found = spells(history, subject, at(0), at(max(HOURS)))
        for instant in instants:
            now = {each.id for each in found if each.opened_at <= instant < each.resolved_at}
            assert now == {id for id, *_ in broken(history.at(instant), subject)}


def plainly(graph: Graph, subject: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the ends of relations, by looking at all of them."""
    active = [each for each in graph.out(subject) if graph.node(subject)]
    for each in active:
        for end in (each.source, each.target):
            there = graph.node(end)
            if there is None or there.deleted:
                yield "D01" if there is None else "D02", each.type, end
        ends = (end.partition("/")[0] for end in (each.source, each.target))
        mine = graph.node(subject)
        if mine and not mine.deleted and not RELATIONS[each.type].allows(*ends):
            yield "D03", each.type, ""


@settings(max_examples=200, deadline=None)
@given(histories())
def test_nothing_doubtful_is_left_out(history: History) -> None:
    for hour in HOURS:
        graph = history.at(at(hour))
        for subject in list(history.nodes):
            found = [(rule, told) for _, rule, _, told in broken(graph, subject) if RULES[rule].population != "nodes"]
            ends = {(rule, told["type"], told.get("missing") or told.get("deleted") or "") for rule, told in found}
            assert ends == set(plainly(graph, subject))
