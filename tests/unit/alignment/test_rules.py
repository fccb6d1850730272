"""Every rule of the catalogue, by the examples that it shows to people."""

from dataclasses import replace

import pytest

from services.alignment.judge.checks import Evidence
from services.alignment.judge.rule import WEIGHTS, Rule, Severity
from services.alignment.judge.rules import LOOKS_INTO, RULES
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS
from tests.unit.alignment.graphs import at, broken, history

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def findings_of(rule: Rule, example: str) -> list[Evidence]:
    subject, whole = history(example)
    graph = whole.at(at(1))
    node = graph.node(subject)
    assert node is not None
    assert rule.looks_at(node, graph), "an example that the rule does not look at shows nothing"
    return [evidence for _, id, _, evidence in broken(graph, subject) if id == rule.id]


@every_rule
def test_what_fails_is_found_once(rule: Rule) -> None:
    assert len(findings_of(rule, rule.fails)) == 1


@every_rule
def test_what_passes_is_not_found(rule: Rule) -> None:
    assert findings_of(rule, rule.passes) == []


@every_rule
def test_a_rule_is_whole(rule: Rule) -> None:
    assert rule.kinds <= set(NODE_KINDS)
    for kind in rule.kinds:
        assert (rule.states or set()) <= set(NODE_KINDS[kind].lifecycle.states)
    assert rule.title
    assert rule.condition.endswith(".")
    assert rule.remedy.endswith((".", "?"))


@pytest.mark.parametrize(
    ("rule", "example", "found"),
    [
        ("V01", "strategy:s in_force it, strategy:b in_force it; s supports b", True),
        ("V01", "strategy:s in_force it, strategy:b in_force business; b supports s", True),
        ("V02", "tactic:t approved, strategy:s in_force; t realizes s", False),
        ("V02", "tactic:t approved, tactic:u in_force; t decomposes u", True),
        ("V04", "process:p operational, objective:o in_force, strategy:b in_force business; "
                "p justified_by o, o decomposes b", False),
        ("V04", "process:p operational, objective:o retired, strategy:b in_force business; "
                "p justified_by o, o decomposes b", True),
        ("V04", "process:p operational, strategy:b in_force it; p realizes b", True),
        ("V04", "process:p operational, outcome:o agreed; o realizes p", True),
        ("V04", "process:p operational, policy:q published; p part_of q, q part_of p", True),
        ("V04", "policy:p published, outcome:o agreed; p influences o", True),
        ("V08", "service:s tested, objective:o in_force, outcome:x agreed; s realizes o, o serves x", False),
        ("F03", "service:s operational, service_offering:o rejected; o offers s", True),
        ("F03", "service:s operational, service_offering:o deleted; o offers s", True),
        ("P01", "process:p operational, policy:q published; p governs q", True),
        ("D01", "service:s retired; s depends_on product:unseen", True),
        ("D02", "service:s deleted, product:p deleted; s depends_on p", True),
        ("D03", "service:s operational, product:p in_use; s likes p".replace("likes", "decomposes"), True),
        ("D03", "service:s operational; s specializes product:unseen", True),
    ],
)  # fmt: skip
def test_more_examples(rule: str, example: str, found: bool) -> None:
    assert bool(findings_of(RULES[rule], example)) is found


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        ("V01", "strategy:s draft it"),
        ("V01", "strategy:s in_force business"),
        ("V04", "process:p defined"),
        ("V08", "service:s analysed"),
        ("V08", "service:s retired"),
        ("F01", "service_offering:o retired"),
        ("P01", "process:p approved"),
        ("D03", "service:s deleted"),
    ],
)
def test_whom_a_rule_does_not_look_at(rule: str, example: str) -> None:
    subject, whole = history(example)
    graph = whole.at(at(1))
    node = graph.node(subject)
    assert node is not None
    assert not RULES[rule].looks_at(node, graph)


def test_what_is_critical_for_the_business_is_one_step_graver() -> None:
    subject, whole = history("tactic:t in_force")
    whole.nodes[subject] = [replace(node, criticality=5) for node in whole.nodes[subject]]
    assert [severity for _, _, severity, _ in broken(whole.at(at(1)), subject)] == [Severity.critical]


def test_every_severity_has_a_weight() -> None:
    assert list(WEIGHTS) == sorted(Severity)
    assert list(WEIGHTS.values()) == sorted(WEIGHTS.values())


def test_relations_that_are_looked_into_exist() -> None:
    assert set(LOOKS_INTO) <= set(RELATIONS)
