"""What an organisation sets of rules counts from an instant on, and not before."""

from datetime import datetime, timedelta

import pytest

from services.alignment.judge.catalogue import RULES, SHOWN
from services.alignment.judge.examples import START, Text
from services.alignment.judge.findings import COUNTED, Changes, Finding
from services.alignment.judge.rule import Severity
from services.alignment.judge.settings import NONE, Setting, Settings

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATER = START + DAY
DO = "activity:a operational, role:r active, role:s active, role:t active; "
THREE = f"{DO}a responsible r, a responsible s, a responsible t"


def of(*settings: Setting, text: str, settle: timedelta = timedelta(0)) -> Text:
    made = Text(settle=settle, by=Settings(settings).plan)
    made.add(text)
    return made


def turned(made: Text, at: datetime) -> Changes:
    made.judge.turn_to(at)
    return made.judge.flush()


def test_a_limit_counts_from_its_instant_on() -> None:
    made = of(Setting(LATER, "R04", limits=(("roles", 2),)), text=THREE)
    assert not made.of("R04"), "three may do it"
    changes = turned(made, LATER - MINUTE)
    assert (changes.made, changes.ended) == ([], {})
    [found] = turned(made, LATER).made
    assert (found.rule, found.subject, found.since, found.opened_at) == ("R04", "activity/a", LATER, LATER)
    assert found.evidence == {"too_many": ["role/r", "role/s", "role/t"]}


def test_a_severity_is_another_interval_of_the_same_finding() -> None:
    made = of(Setting(LATER, "R03", severity=Severity.low), text="activity:a operational")
    [before] = made.of("R03")
    [after] = [each for each in turned(made, LATER).made if each.rule == "R03"]
    assert (before.severity, after.severity) == (Severity.high, Severity.low)
    assert (after.id, after.since, after.opened_at) == (before.id, before.since, LATER)
    made.add(" 5", LATER + MINUTE)
    [vital] = made.of("R03")
    assert vital.severity == Severity.medium, "what is vital makes it graver, from where it is set"


@pytest.mark.parametrize(("rule", "counted"), [("R03", [COUNTED]), ("P04", [])])
def test_what_is_off_finds_nothing_until_it_is_on_again(rule: str, counted: list[int]) -> None:
    """R04 leaves to R03 whom that finds: it goes on being counted, unseen. A finding comes up anew after it."""
    made = of(Setting(LATER, rule, off=True), Setting(LATER + DAY, rule), text="activity:a operational")
    [before] = made.of(rule)
    changes = turned(made, LATER)
    assert changes.ended[before.key] == LATER
    assert [each.severity for each in changes.made if each.rule == rule] == counted
    [again] = [each for each in turned(made, LATER + DAY).made if each.rule == rule]
    assert (again.id, again.since, again.severity) == (before.id, LATER + DAY, before.severity)


def test_what_nobody_rests_on_is_not_judged_while_it_is_off() -> None:
    made = of(Setting(LATER, "V02", off=True), text="tactic:t in_force")
    assert made.of("V02")
    made.judge.turn_to(LATER)
    assert not made.of("V02")
    made.add("activity:a operational", LATER + MINUTE)
    assert not made.of("V02")


def test_what_is_touched_by_an_old_spell_alone_is_judged_by_that_in_force() -> None:
    """The check before asked for an age: its instant comes, and says nothing."""
    made = of(Setting(LATER, "V06", limits=(("days", 400),)), text=FAILS["V06"])
    assert not made.of("V06")
    made.judge.turn_to(START + 200 * DAY)
    assert not made.of("V06")
    made.judge.turn_to(START + 401 * DAY)
    [found] = made.of("V06")
    assert found.evidence["after_days"] == 400


def test_a_relation_is_judged_by_a_rule_that_comes_on_again() -> None:
    text = RULES["D03"].fails
    made = of(Setting(START, "D03", off=True), Setting(LATER, "D03", severity=Severity.critical), text=text)
    assert not [each for each in made.open() if each.rule == "D03" and each.severity > COUNTED]
    found: list[Finding] = [each for each in turned(made, LATER).made if each.rule == "D03"]
    assert [each.severity for each in found] == [Severity.critical]


def test_a_spell_that_is_shorter_than_what_settles_leaves_no_trace() -> None:
    made = of(
        Setting(LATER, "R03", off=True), Setting(LATER + MINUTE, "R03"), Setting(LATER + 2 * MINUTE, "R03", off=True),
        text="activity:a operational", settle=2 * MINUTE,
    )  # fmt: skip
    turned(made, LATER)
    changes = turned(made, LATER + 2 * MINUTE)
    assert [each.severity for each in changes.made if each.rule == "R03"] == [COUNTED]


def test_turning_is_taken_back_with_its_batch() -> None:
    made = of(Setting(LATER, "R03", off=True), text="activity:a operational")
    made.judge.committed()
    made.judge.turn_to(LATER)
    made.judge.roll_back()
    assert made.of("R03")
    made.judge.turn_to(LATER)
    assert not [each for each in made.of("R03") if each.severity > COUNTED]


def test_rules_are_as_they_are_set_at_a_moment() -> None:
    settings = Settings(
        [
            Setting(LATER, "R04", limits=(("roles", 5), ("gone", 1))),
            Setting(LATER, "Z99", off=True),
            Setting(LATER + DAY, "R04", off=True),
            Setting(LATER + 2 * DAY, "R04"),
        ]
    )
    assert settings.at(START)["R04"] == RULES["R04"]
    assert settings.at(LATER)["R04"].condition.startswith("More than 5 live roles")
    assert "R04" not in settings.at(LATER + DAY).shown
    assert "R04" not in settings.at(LATER + DAY).of_dimension("raci")
    assert settings.at(LATER + 2 * DAY)["R04"] == RULES["R04"]
    assert settings.set_at(LATER)["R04"].limits == (("roles", 5),)
    assert not settings.set_at(LATER + 2 * DAY)
    assert [each.at for each in settings.between(START, LATER + DAY)] == [LATER, LATER + DAY]


def test_a_generation_knows_by_what_it_was_judged() -> None:
    first, again = Setting(LATER, "R04", off=True, reason="Why"), Setting(LATER + MINUTE, "R04", off=True)
    second = Setting(LATER + DAY, "R05", severity=Severity.info)
    settings = Settings([first, second])
    assert settings.mark(None) == settings.mark(START) == NONE.mark(LATER) == ""
    assert settings.mark(LATER) == settings.mark(LATER + DAY - MINUTE) == Settings([first, again]).mark(LATER + DAY)
    assert settings.mark(LATER + DAY) != settings.mark(LATER)
    assert settings.mark(LATER) != Settings([first._replace(at=LATER - MINUTE)]).mark(LATER)


@pytest.mark.parametrize("rule", [id for id, rule in SHOWN.items() if rule.limits])
@pytest.mark.parametrize("number", [1, 10_000])
def test_any_limit_can_be_judged_by(rule: str, number: int) -> None:
    limits = tuple((name, number) for name in RULES[rule].limits)
    for example in (RULES[rule].passes, RULES[rule].fails):
        made = of(Setting(START, rule, limits=limits), text=example)
        made.judge.turn_to(START + 20_000 * DAY)


FAILS = {"V06": RULES["V06"].fails}
