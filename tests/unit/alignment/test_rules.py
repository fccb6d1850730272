"""The catalogue: every rule's examples, and what its remedy does."""

from datetime import timedelta

import pytest

from services.alignment.judge.catalogue import RULES
from tests.unit.alignment.graphs import START, Text

LATER = START + timedelta(days=100)


def graph(text: str) -> Text:
    """As it is a hundred days later, when what has to be done in time is overdue."""
    made = Text()
    made.add(text)
    made.judge.turn_to(LATER)
    made.judge.flush()
    return made


@pytest.mark.parametrize("rule", RULES)
def test_its_examples(rule: str) -> None:
    assert graph(RULES[rule].fails).of(rule)
    assert not graph(RULES[rule].passes).of(rule)


@pytest.mark.parametrize("rule", RULES)
def test_its_remedy_closes_it(rule: str) -> None:
    made = graph(RULES[rule].fails)
    assert made.of(rule)
    made.add(RULES[rule].mended, LATER + timedelta(days=1))
    assert not made.of(rule)
