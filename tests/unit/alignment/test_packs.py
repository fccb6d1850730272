"""Rules of an organisation's own: what they say is what is judged; what cannot be is refused with its place."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.alignment.judge.examples import LATER, Text
from services.alignment.judge.pack_faults import faults
from services.alignment.judge.packs import rules_of
from shared.contracts.rule_packs import PackFile, PackRule
from shared.interchange.modelled import read

SAMPLE = Path(__file__).parents[3] / "examples" / "rule-pack" / "acme.yaml"
WORDS = {
    "id": "ACME-01", "severity": "high", "dimension": "process", "title": "T", "says": "S.", "remedy": "R.",
    "passes": "process:p operational", "fails": "process:p operational",
}  # fmt: skip


def rule(check: Any, **more: Any) -> PackRule:
    return PackRule.model_validate({**WORDS, "kinds": ["process"], "check": check, **more})


def wrong(of: PackRule) -> list[tuple[str, str]]:
    return [
        (at.removeprefix("/rules/0"), why) for at, why in faults("ACME", [of]) if at[8:] not in ("/passes", "/fails")
    ]


def found(of: PackRule, text: str) -> list[Any]:
    made = Text(rules=rules_of([of], "Acme"))
    made.add(text)
    made.judge.turn_to(LATER)
    return [each.evidence for each in made.of(of.id)]


def test_the_sample_is_right() -> None:
    pack, _ = read(SAMPLE, PackFile)
    assert list(faults(pack.prefix, pack.rules)) == []


A = "activity:a operational, role:r active, role:q retired; "
CHECKS: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "says": ({"says": ["purpose"]}, {}, "process:p operational +purpose", "process:p operational"),
    "has": (
        {"has": {"member": "level", "one_of": ["strategic"]}}, {"kinds": ["objective"]},
        "objective:o in_force +level=strategic", "objective:o in_force +level=tactical",
    ),
    "has, of the node": (
        {"has": {"member": "criticality", "one_of": [4, 5]}}, {}, "process:p operational 4", "process:p operational 3",
    ),
    "has, in a list": (
        {"has": {"member": "tags", "one_of": ["gdpr"]}}, {}, "process:p operational +tags=[x|gdpr]",
        "process:p operational +tags=[x]",
    ),
    "has not": (
        {"has": {"member": "needs_instruction", "one_of": [False]}}, {"kinds": ["activity"]},
        "activity:a operational", "activity:a operational +needs_instruction=true",
    ),
    "joined": (
        {"joined": {"steps": ["out responsible"], "to": {"kinds": ["role"]}}}, {"kinds": ["activity"]},
        f"{A}a responsible r", f"{A}a responsible q",
    ),
    "joined to some states": (
        {"joined": {"steps": ["out responsible"], "to": {"kinds": ["role"], "states": ["retired"]}}},
        {"kinds": ["activity"]}, f"{A}a responsible q", f"{A}a responsible r",
    ),
    "joined to at most a limit": (
        {"joined": {"steps": ["in responsible"], "to": {"kinds": ["activity"]}, "at_least": 0, "at_most": "some"}},
        {"kinds": ["role"], "limits": {"some": 1}}, "role:r active, activity:a operational; a responsible r",
        "role:r active, activity:a operational, activity:b operational; a responsible r, b responsible r",
    ),
    "leads up": (
        {"leads_up_to": "outcome"}, {}, "process:p operational, outcome:o agreed; p serves o",
        "process:p operational, strategy:o in_force business; p justified_by o",
    ),
    "anything above": (
        {"anything_above": True}, {}, "process:p operational, objective:o in_force; p justified_by o",
        "process:p operational, objective:o retired; p justified_by o",
    ),
    "before": (
        {"before": {"member": "valid_to", "days": 30}}, {}, "process:p operational +valid_to=2027-04-01",
        "process:p operational +valid_to=2027-02-20",
    ),
    "after": (
        {"after": {"days": 100, "check": {"says": ["purpose"]}}}, {}, "process:p operational +purpose",
        "process:p operational",
    ),
    "any of": (
        {"any_of": [{"says": ["purpose"]}, {"says": ["trigger"]}]}, {}, "process:p operational +trigger",
        "process:p operational",
    ),
    "all of": (
        {"all_of": [{"says": ["purpose"]}, {"says": ["trigger"]}]}, {}, "process:p operational +trigger +purpose",
        "process:p operational +purpose",
    ),
    "none of": (
        {"none_of": [{"says": ["purpose"]}, {"says": ["trigger"]}]}, {}, "process:p operational",
        "process:p operational +trigger",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHECKS)
def test_a_check_is_judged_as_it_says(case: str) -> None:
    check, more, passes, fails = CHECKS[case]
    made = rule(check, **more)
    assert wrong(made) == []
    assert (found(made, passes), len(found(made, fails))) == ([], 1)


def test_nothing_is_asked_of_those_of_whom_a_condition_does_not_hold() -> None:
    made = rule({"says": ["purpose"]}, given={"says": ["trigger"]})
    assert found(made, "process:p operational") == []
    assert found(made, "process:p operational +trigger") == [{"missing": "purpose"}]
    assert [each.id for each in rules_of([made], "Acme")] == ["ACME-01", "ACME-01n"]


TO_ROLE = {"kinds": ["role"]}
WRONG: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "a member": ({"says": ["purpos"]}, {}, "/check/says/0", "did you mean purpose?"),
    "a member in has": ({"has": {"member": "x", "one_of": [1]}}, {}, "/check/has/member", "a member of process"),
    "a member with an instant": ({"before": {"member": "end"}}, {}, "/check/before/member", "a member of process"),
    "a relation": ({"joined": {"steps": ["out own"], "to": TO_ROLE}}, {}, "/check/joined/steps/0", "must be one of"),
    "a way that leads nowhere": (
        {"joined": {"steps": ["out accountable"], "to": TO_ROLE}}, {}, "/check/joined/steps/0", "leads nowhere from",
    ),
    "where it leads": (
        {"joined": {"steps": ["in part_of"], "to": TO_ROLE}}, {}, "/check/joined/to/kinds", "the steps lead to",
    ),
    "a number": (
        {"after": {"days": "weeks", "check": {"says": ["purpose"]}}}, {"limits": {"days": 3}}, "/check/after/days",
        "one of the limits of the rule: days",
    ),
    "objects in has": ({"has": {"member": "owner", "one_of": [False]}}, {}, "/check/has/member", "no single value"),
    "what is no instant": ({"before": {"member": "trigger"}}, {}, "/check/before/member", "must lead to a day"),
    "items of a list": (
        {"before": {"member": "skills.valid_to"}}, {"kinds": ["party"]}, "/check/before/member", "by []",
    ),
    "items of no list": ({"before": {"member": "review[].next_due"}}, {}, "/check/before/member", "must lead to a day"),
    "a form in braces": (
        {"says": ["purpose"]}, {"says": "{days:>9999999999}", "limits": {"days": 3}}, "/says", "in braces stand limits",
    ),
    "a conversion in braces": (
        {"says": ["purpose"]}, {"says": "{days!r}", "limits": {"days": 3}}, "/says", "in braces stand limits",
    ),
    "a dot in braces": ({"says": ["purpose"]}, {"says": "{a.b}", "limits": {"a.b": 3}}, "/says", "in braces stand"),
    "braces": ({"says": ["purpose"]}, {"says": "For {days} days."}, "/says", "in braces stand limits"),
    "braces that are open": ({"says": ["purpose"]}, {"says": "For {days"}, "/says", "its braces cannot be read"),
    "a state": ({"says": ["purpose"]}, {"states": ["alive"]}, "/states/0", "must be one of"),
    "a type": ({"says": ["purpose"]}, {"types": ["big"]}, "/types/0", "none of these kinds has types"),
    "after something": (
        {"any_of": [{"after": {"days": 1, "check": {"says": ["purpose"]}}}, {"says": ["trigger"]}]}, {},
        "/check/any_of/0/after", "stands alone",
    ),
    "a chain in something": (
        {"none_of": [{"leads_up_to": "outcome"}]}, {}, "/check/none_of/0/leads_up_to", "stands alone",
    ),
    "another prefix": ({"says": ["purpose"]}, {"id": "OTHER-01"}, "/id", "must begin with the prefix of"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_a_rule_cannot_say_is_told_with_its_place_and_what_is_allowed(case: str) -> None:
    check, more, pointer, why = WRONG[case]
    [(at, told), *_] = wrong(rule(check, **more))
    assert (at, why in told) == (pointer, True), told


EXAMPLES = {
    "passes": [
        ("process:p operational", "the rule finds it wrong"),
        ("proces:p operational", "did you mean process?"),
        ("process:p live", "behind process:name stands its state"),
        ("process:p operational big", "big must be a criticality or +member=value"),
        ("operational", "begins with its subject"),
        ("process:p operational; p serves", "has a relation as name relation name"),
        ("process:p operational; p serve o", "serve must be one of"),
        ("process:p operational; p serves o", "or kind:name"),
        ("process:p operational +purpose=[[[[[[[[[[x]]]]]]]]]]", "nested more than 8 deep"),
        ("process:p operational +purpose=a:b:c:d:e:f:g:h:i:j:k", "nested more than 8 deep"),
        ("process:p operational +purpose=1 +purpose.of=2", "purpose.of is a member of purpose"),
        ("process:p operational +purpose \u00b2", "must be a criticality"),
        ("process:p operational 6 +purpose", "6 must be a criticality"),
        (f"process:p operational {'9' * 1000} +purpose", "must be a criticality"),
        ("process:p operational +purpose +valid_to=5", "valid_to must be a day"),
        ("process:p operational +purpose +valid_to=2027-13-01", "valid_to must be a day"),
        (f"process:p operational +purpose={'x' * 2000}", "is longer than 2,000 characters"),
    ],
    "fails": [("process:p operational +purpose", "finds nothing")],
    "mended": [(" +trigger", "still finds"), ("; p serves", "has a relation as")],
}


@pytest.mark.parametrize(("name", "text", "why"), [(n, *each) for n, some in EXAMPLES.items() for each in some])
def test_examples_have_to_hold(name: str, text: str, why: str) -> None:
    of = rule({"says": ["purpose"]}, **{"passes": "process:p operational +purpose", name: text})
    [(at, told)] = faults("ACME", [of])
    assert (at, why in told) == (f"/rules/0/{name}", True), told


def test_objects_are_none_of_some_values() -> None:
    """Where one kind has a text and another an object by the same name."""
    [made, *_] = rules_of([rule({"has": {"member": "owner", "one_of": ["x"]}})], "Acme")
    text = Text(rules=[made])
    text.add("process:p operational +owner=kind:party/id:x")
    assert [each.evidence for each in text.of(made.id)] == [{"missing": "owner: x"}]


@pytest.mark.parametrize(
    "check", [{}, {"says": ["a"], "anything_above": True}, {"say": ["a"]}, {"anything_above": False}]
)
def test_a_check_is_one_thing(check: Any) -> None:
    with pytest.raises(ValidationError):
        rule(check)


def test_an_id_is_there_once() -> None:
    one = rule({"says": ["purpose"]}, passes="process:p operational +purpose")
    assert list(faults("ACME", [one, one])) == [("/rules/1/id", "is the id of /rules/0 already")]
