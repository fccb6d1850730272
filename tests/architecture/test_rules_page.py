"""docs/rules.md says what the catalogue says, and every rule says whose practice it is."""

from services.alignment.judge.catalogue import RULES, SHOWN, UNDECIDED
from services.alignment.judge.page import PAGE, render


def test_the_page_is_as_the_catalogue_is() -> None:
    assert PAGE.read_text() == render(), "run: python -m services.alignment.judge.page"


def test_every_rule_has_words_and_a_source() -> None:
    for rule in SHOWN.values():
        assert all((rule.title, rule.remedy, rule.source)), rule.id
        assert rule.condition.endswith("."), rule.id
        assert "{" not in rule.condition, rule.id


def test_what_is_undecided_is_no_rule() -> None:
    ids = [each.id for each in UNDECIDED]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & RULES.keys()


def test_numbers_in_words_are_limits() -> None:
    """So that an organisation that sets others reads those."""
    for rule in SHOWN.values():
        for name, number in rule.limits.items():
            assert f"{{{name}}}" in rule.says, (rule.id, name)
            assert str(number) in rule.condition
