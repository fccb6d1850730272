"""The catalogue: every rule's examples, and what its remedy does."""

from datetime import timedelta

import pytest

from services.alignment.judge.catalogue import RULES, SHOWN
from services.alignment.judge.examples import LATER, Text, types_of
from services.alignment.judge.remedies import DECISIONS, REMEDIES
from services.alignment.judge.rule import Severity
from shared.contracts import NODE_KINDS


def graph(text: str) -> Text:
    """As it is more than a year later, when what has to be done in time is overdue."""
    made = Text()
    made.add(text)
    made.judge.turn_to(LATER)
    made.judge.flush()
    made.survey()
    return made


WRITTEN = [rule.id for rule in RULES.values() if rule.mended]
"""Those that say whom another one asks are made from that."""


@pytest.mark.parametrize("rule", WRITTEN)
def test_its_examples(rule: str) -> None:
    assert graph(RULES[rule].fails).of(rule)
    assert not graph(RULES[rule].passes).of(rule)


@pytest.mark.parametrize("rule", [rule.id for rule in SHOWN.values() if rule.given])
def test_its_examples_are_among_those_whom_it_asks(rule: str) -> None:
    """Else the one would pass for nothing."""
    for example in (RULES[rule].passes, RULES[rule].fails):
        made = graph(example)
        assert bool(made.of(f"{rule}p")) if RULES[rule].few else not made.of(f"{rule}n")


@pytest.mark.parametrize("rule", WRITTEN)
def test_its_remedy_closes_it(rule: str) -> None:
    made = graph(RULES[rule].fails)
    assert made.of(rule)
    made.add(RULES[rule].mended, LATER + timedelta(days=1))
    made.survey()
    assert not made.of(rule)


@pytest.mark.parametrize("rule", SHOWN)
def test_its_findings_are_sentences_about_their_subjects(rule: str) -> None:
    told = SHOWN[rule].about("Payroll {1}")
    assert "Payroll {1}" in told
    assert told[0].isupper()
    assert told.endswith(".")
    assert SHOWN[rule].title not in told


SAYS_ENOUGH = {
    "D06": "a name is compared with all others, and it is the only one",
    "T02": "nothing says that nobody has looked at it for a year",
}
"""Rules that what stands alone may pass, and why: each asks of the thing itself."""


@pytest.mark.parametrize("kind", NODE_KINDS)
def test_what_stands_alone_is_not_praised_for_what_it_does_not_have(kind: str) -> None:
    """A rule that it passed since there is nothing that could be wrong would lift the score of an empty model."""
    for state in (state for state in NODE_KINDS[kind].lifecycle.states if NODE_KINDS[kind].is_live(state)):
        for type in sorted(types_of(kind)) or [""]:
            alone = graph(f"{kind}:x {state} {type}")
            found = {each.rule for each in alone.open()}
            node = alone.judge.graph.nodes[f"{kind}/x"]
            passed = {
                rule.id
                for rule in SHOWN.values()
                if rule.population == "nodes" and rule.severity > Severity.info
                if kind in rule.kinds and rule.looks_at(node, valid=True)
                if rule.asked not in found and (not rule.among or rule.among in found)
                if not {rule.id, rule.passing} & found
            }
            assert passed <= SAYS_ENOUGH.keys(), f"{state} {type}"


def test_every_rule_says_what_mends_it_or_what_people_decide() -> None:
    by_machine = REMEDIES.keys() | {"V13", "V18"}
    assert not by_machine & DECISIONS.keys()
    assert by_machine | DECISIONS.keys() == SHOWN.keys()
    for rule, decision in DECISIONS.items():
        assert decision.startswith("Decide "), rule
        assert decision.endswith("."), rule
