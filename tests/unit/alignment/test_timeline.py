"""When findings open and close: exact in recorded and in valid time, however the pieces arrive."""

from dataclasses import replace
from itertools import permutations

import pytest

from services.alignment.judge.graph import Edge, History, Node, Span
from services.alignment.judge.intervals import Spell, finding_id, spells, stitch
from shared.clock import FOREVER
from tests.unit.alignment.graphs import at, edge, node, span

TACTIC, OBJECTIVE = "tactic:t in_force", "objective:o in_force"


def seen(nodes: list[Node], edges: list[Edge] = [], until: float = 100) -> list[tuple[str, float, float | None]]:  # noqa: B006
    """The findings of the first node as ``(rule, opened, resolved)`` in hours; None is still open."""
    found = spells(History(nodes, edges), nodes[0].ref, at(0), at(until))
    return sorted(
        (s.rule, hours(s.opened_at), None if s.resolved_at == FOREVER else hours(s.resolved_at)) for s in found
    )


def hours(moment: object) -> float:
    return (moment - at(0)).total_seconds() / 3600  # type: ignore[operator, no-any-return]


def test_a_finding_opens_when_its_subject_becomes_live() -> None:
    assert seen([node("tactic:t draft", span(0, 5)), node(TACTIC, span(5))]) == [("V02", 5, None)]


def test_and_closes_when_it_ceases_to_be() -> None:
    assert seen([node(TACTIC, span(1, 6)), node("tactic:t retired", span(6))]) == [("V02", 1, 6)]


def test_a_link_closes_it_from_when_it_was_recorded() -> None:
    nodes = [node(TACTIC, span(1)), node(OBJECTIVE, span(1))]
    assert seen(nodes, [edge("t decomposes o", nodes, span(4))]) == [("V02", 1, 4)]


def test_what_happens_to_a_neighbour_opens_it_again() -> None:
    nodes = [
        node(TACTIC),
        node(OBJECTIVE, span(0, 3)),
        node("objective:o retired", span(3, 8)),
        node(OBJECTIVE, span(8)),
    ]
    assert seen(nodes, [edge("t decomposes o", nodes)]) == [("V02", 3, 8)]


def test_validity_turns_it_without_any_event() -> None:
    nodes = [node(TACTIC), node(OBJECTIVE)]
    assert seen(nodes, [edge("t decomposes o", nodes, span(valid=(2, 7)))]) == [("V02", 0, 2), ("V02", 7, None)]


def test_what_has_not_happened_yet_is_not_told() -> None:
    nodes = [node(TACTIC), node(OBJECTIVE)]
    assert seen(nodes, [edge("t decomposes o", nodes, span(valid=(2, 7)))], until=6) == [("V02", 0, 2)]


def test_a_chain_breaks_where_any_link_of_it_breaks() -> None:
    nodes = [
        node("process:p operational"),
        node(OBJECTIVE),
        node("outcome:x agreed", span(0, 9)),
        node("outcome:x retired", span(9)),
    ]
    edges = [edge("p justified_by o", nodes), edge("o serves x", nodes, span(2))]
    found = [spell for spell in seen(nodes, edges) if spell[0] == "V04"]
    assert found == [("V04", 0, 2), ("V04", 9, None)]


def test_an_end_that_comes_late_was_missing_until_then() -> None:
    nodes = [node("service:s retired"), node("product:p in_use", span(4, 6)), node("product:p deleted", span(6))]
    assert seen(nodes, [edge("s depends_on p", nodes)]) == [("D01", 0, 4), ("D02", 6, None)]


def test_no_order_of_the_pieces_changes_it() -> None:
    nodes = [node(TACTIC), node(OBJECTIVE, span(0, 3)), node("objective:o retired", span(3))]
    edges = [edge("t decomposes o", nodes, span(1)), edge("t realizes o", nodes, span(2, 5))]
    first = seen(nodes, edges)
    for some in permutations(nodes[1:]):
        for others in permutations(edges):
            assert seen([nodes[0], *some], list(others)) == first


def spell(opened: float, resolved: float | None, id: str = "x", severity: int = 3, since: float | None = None) -> Spell:
    ends = at(opened), FOREVER if resolved is None else at(resolved)
    return Spell(id, "V02", "tactic/t", severity, {}, *ends, at(opened if since is None else since))


@pytest.mark.parametrize(
    ("stored", "fresh", "whole"),
    [
        ([], [spell(5, None)], [spell(5, None)]),
        ([spell(1, None)], [spell(5, None)], [spell(1, None)]),
        ([spell(1, None)], [spell(5, 8)], [spell(1, 8)]),
        ([spell(1, None)], [spell(6, None)], [spell(6, None), spell(1, 5)]),
        ([spell(1, None)], [], [spell(1, 5)]),
        ([spell(1, 5)], [spell(5, None)], [spell(1, None)]),
        ([spell(6, 7)], [spell(5, None)], [spell(5, None)]),
        ([spell(1, None)], [spell(5, 6), spell(8, None)], [spell(1, 6), spell(8, None)]),
        ([spell(1, None, "y")], [spell(5, None)], [spell(5, None), spell(1, 5, "y")]),
        # graver from 5 on, or from 7: it goes on from 1, in another row
        ([spell(1, None)], [spell(5, None, severity=4)], [spell(5, None, severity=4, since=1), spell(1, 5)]),
        (
            [spell(1, None)],
            [spell(5, 7), spell(7, None, severity=4, since=5)],
            [spell(1, 7), spell(7, None, severity=4, since=1)],
        ),
        ([spell(1, 3), spell(3, None, severity=4, since=1)], [], [spell(3, 5, severity=4, since=1)]),
    ],
)
def test_what_was_known_before_is_joined_to_what_is_known_now(
    stored: list[Spell], fresh: list[Spell], whole: list[Spell]
) -> None:
    assert stitch(stored, fresh, at(5)) == whole


@pytest.mark.parametrize("since", range(1, 10))
def test_computing_the_rest_anew_comes_to_the_same(since: int) -> None:
    nodes = [
        node(TACTIC),
        node(OBJECTIVE, span(0, 3)),
        node("objective:o retired", span(3, 8)),
        node(OBJECTIVE, span(8)),
    ]
    whole = History(nodes, [edge("t decomposes o", nodes, span(1))])
    everything = spells(whole, "tactic/t", at(0), at(20))
    rest = spells(whole, "tactic/t", at(since), at(20))
    known = [spell for spell in everything if spell.resolved_at >= at(since)]
    again = stitch(known, rest, at(since))
    assert sorted(again, key=lambda s: s.opened_at) == sorted(known, key=lambda s: s.opened_at)


def test_a_finding_that_becomes_graver_is_the_same_in_another_row() -> None:
    nodes = [node(TACTIC, span(0, 4)), replace(node(TACTIC), criticality=5, span=span(4))]
    found = [s for s in spells(History(nodes), "tactic/t", at(0), at(20)) if s.rule == "V02"]
    assert [(s.opened_at, s.resolved_at, s.since) for s in found] == [(at(0), at(4), at(0)), (at(4), FOREVER, at(0))]
    assert found[0].id == found[1].id
    assert found[1].severity == found[0].severity + 1


@pytest.mark.parametrize(
    ("given", "moment", "recorded", "valid"),
    [
        (span(1, 3), 0, False, True),
        (span(1, 3), 1, True, True),
        (span(1, 3), 3, False, True),
        (span(valid=(1, 3)), 1, True, True),
        (span(valid=(1, 3)), 3, True, False),
        (span(valid=(1, None)), 0, True, False),
        (span(valid=(None, 3)), 2, True, True),
    ],
)
def test_an_interval_has_its_beginning_and_not_its_end(given: Span, moment: float, recorded: bool, valid: bool) -> None:
    assert given.recorded(at(moment)) is recorded
    assert given.valid(at(moment)) is valid


def test_the_same_finding_has_the_same_id_for_ever() -> None:
    assert finding_id("V02", "tactic/t", {"missing": "a"}) == finding_id(
        "V02", "tactic/t", {"missing": "in other words"}
    )
    ids = {
        finding_id(rule, subject, {"edge": edge, "missing": end})
        for rule in ("D01", "D02")
        for subject in ("service/s", "service/t")
        for edge in ("a", "b")
        for end in ("product/p", "product/q")
    }
    assert len(ids) == 16
