"""docs/domain.md says what the declarations say."""

import pytest

from shared.contracts import KINDS, NODE_KINDS
from shared.contracts.page import PAGE, render
from shared.contracts.relations import RELATIONS
from shared.contracts.terms import TERMS


def test_the_page_is_as_the_declarations_are() -> None:
    assert PAGE.read_text() == render(), "run: python -m shared.contracts.page"


@pytest.mark.parametrize("name", [*KINDS, *NODE_KINDS, *RELATIONS])
def test_everything_is_told(name: str) -> None:
    assert name in PAGE.read_text()


def test_every_kind_has_its_words() -> None:
    told = " ".join(row[0] for row in TERMS)
    assert [kind for kind in NODE_KINDS if kind not in told] == []
    assert {len(row) for row in TERMS} == {5}
