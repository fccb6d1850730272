"""The catalogue: every rule's examples, and what its remedy does."""

from datetime import timedelta

import pytest

from services.alignment.judge.catalogue import RULES, SHOWN
from services.alignment.judge.examples import LATER, Text


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
