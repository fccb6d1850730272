"""Which steps a plan may hold, and how it says them; what was signed before there were steps still holds."""

from typing import Any

import pytest

from services.cli.planned import sentence
from services.cli.statement import turned
from services.strategy.plans import SAYS, steps_fit
from shared.contracts.content import content
from shared.contracts.strategy.execution import PlanStep
from shared.rules import Facts
from tests.unit.test_owner_rules import made

ID = "7d4f0000-0000-4000-8000-000000000001"
SERVICE, OUTCOME = ({"kind": kind, "id": ID} for kind in ("service", "outcome"))
LINK: dict[str, Any] = {"action": "link", "ref": SERVICE, "type": "serves", "to": OUTCOME}
WHOLE: tuple[dict[str, Any], ...] = (
    {"action": "retire", "ref": SERVICE},
    {"action": "move", "ref": SERVICE, "state": "operational"},
    LINK,
    LINK | {"action": "end"},
    {"action": "set", "ref": SERVICE, "members": {"criticality": 5, "owner": {"kind": "party", "id": ID}}},
    {"action": "set", "ref": SERVICE, "members": {"owner": None}},
)
WRONG: tuple[tuple[dict[str, Any], list[tuple[str, str]]], ...] = (
    (WHOLE[0] | {"state": "retired"}, [("/state", "extra-forbidden")]),
    (WHOLE[0] | {"members": {"criticality": 5}}, [("/members", "extra-forbidden")]),
    ({"action": "move", "ref": SERVICE}, [("/state", "missing")]),
    ({"action": "move", "ref": SERVICE, "state": "oprational"}, [("/state", "unknown-state")]),
    ({"action": "end", "ref": SERVICE}, [("/to", "missing"), ("/type", "missing")]),
    (LINK | {"type": "servs"}, [("/type", "unknown-relation")]),
    ({"action": "set", "ref": SERVICE}, [("/members", "missing")]),
    ({"action": "set", "ref": SERVICE, "members": {"critcality": 5}}, [("/members/critcality", "extra-forbidden")]),
    ({"action": "set", "ref": SERVICE, "members": {"criticality": 6}}, [("/members/criticality", "less-than-equal")]),
    ({"action": "set", "ref": SERVICE, "members": {"owner": ID}}, [("/members/owner", "model-type")]),
    ({"action": "set", "ref": SERVICE, "members": {"state": "retired"}}, [("/members/state", "extra-forbidden")]),
    ({"action": "set", "ref": SERVICE, "members": {"version": 1}}, [("/members/version", "extra-forbidden")]),
    (
        {"action": "set", "ref": {"kind": "increment", "id": ID}, "members": {"sign_offs": []}},
        [("/members/sign_offs", "extra-forbidden")],
    ),
)


def plan(*steps: dict[str, Any]) -> Any:
    return made("plan", steps=list(steps))


def test_every_action_says_something() -> None:
    assert {*SAYS} == {*PlanStep.model_fields["action"].annotation.__args__}  # type: ignore[union-attr]  # a Literal
    assert {step["action"] for step in WHOLE} == {*SAYS}


def test_whole_steps_are_accepted() -> None:
    assert [*steps_fit(plan(*WHOLE), Facts())] == []


@pytest.mark.parametrize(("step", "expected"), WRONG)
def test_others_are_refused_where_they_are_wrong(step: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = [*steps_fit(plan(WHOLE[0], step), Facts())]
    assert [(fault["pointer"], fault["code"]) for fault in found] == [(f"/steps/1{at}", code) for at, code in expected]
    assert all(fault["detail"][:1].isupper() for fault in found)


def test_what_was_decided_by_an_earlier_release_is_not_judged_anew() -> None:
    before = plan(WRONG[0][0])
    assert [*steps_fit(before, Facts(old=before))] == []
    assert [*steps_fit(before, Facts(old=plan()))] != []


def test_a_plan_without_steps_says_what_it_said_before_there_were_any() -> None:
    said = plan().model_dump(mode="json")
    earlier = {name: value for name, value in said.items() if name != "steps"}
    assert content(said) == content(earlier)
    assert content(plan(LINK).model_dump(mode="json")) != content(earlier)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"action": "retire", "on": "2027-01-01T00:00:00Z"}, "retire X, not before 2027-01-01"),
        ({"action": "retire", "on": "2027-01-01T09:00:00Z"}, "retire X, not before 2027-01-01T09:00:00Z"),
        ({"action": "move", "state": "proposed"}, "move X to proposed"),
        (
            {"action": "link", "type": "serves", "to": "Y\n1. retire Z"},
            "link X serves Y\N{REPLACEMENT CHARACTER}1. retire Z",
        ),
        ({"action": "end", "type": "serves", "to": "Y"}, "end X serves Y"),
        (
            {"action": "set", "members": {"criticality": 5, "owner": None}},
            "set of X: criticality to 5, owner to nothing",
        ),
    ],
)
def test_a_step_is_one_sentence(step: dict[str, Any], said: str) -> None:
    whole: dict[str, Any] = {"ref": "X", "type": None, "to": None, "state": None, "members": {}, "on": None}
    assert sentence(whole | step) == said


def test_another_order_is_told() -> None:
    assert turned([], ["a", "b"]) == ["1. a", "2. b"]
    assert turned(["a", "b"], ["b", "a"]) == ["+ b", "  a", "- b"]
    assert turned(["a", "b"], ["a", "c"]) == ["  a", "- b", "+ c"]
    assert turned(["a"], []) == ["- a"]
