"""The ring beside a state: how far it is on its way, by the lifecycle of its kind."""

import pytest

from services.web.states import Standing, how, standing
from shared.contracts import NODE_KINDS
from tests.unit.web.showing import node


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        ("strategy", "draft", "draft"), ("strategy", "proposed", "wait"), ("strategy", "in_force", "live"),
        ("strategy", "retired", "ended"), ("strategy", "rejected", "no"), ("strategy", "withdrawn", "ended"),
        ("project", "proposed", "draft"), ("project", "on_hold", "wait"), ("project", "completed", "ended"),
        ("increment", "partly_signed", "wait"), ("increment", "declined", "no"), ("increment", "attested", "live"),
        ("service", "tested", "wait"), ("service_offering", "retired", "ended"), ("service_offering", "rejected", "no"),
        ("contract", "suspended", "wait"), ("contract", "rejected", "no"), ("party", "active", "live"),
        ("policy", "revision", "live"), ("design_package", "reviewed", "wait"), ("party", "left", "ended"),
        ("strategy", "unheard", "draft"), ("nothing", "draft", "draft"), ("strategy", None, "draft"),
    ],
)  # fmt: skip
def test_a_state_is_as_far_as_its_lifecycle_has_it(kind: str, state: str | None, expected: str) -> None:
    assert how(kind, state) == expected


@pytest.mark.parametrize("kind", NODE_KINDS)
def test_live_is_said_of_what_is_live_and_of_nothing_else(kind: str) -> None:
    lifecycle = NODE_KINDS[kind].lifecycle
    said = {state for state in lifecycle.states if how(kind, state) == "live"}
    assert said - {"attested"} == set(lifecycle.live)


def test_why_something_does_not_count_stands_before_its_state() -> None:
    assert standing(node("service", "a", "operational")) == Standing("operational", "live")
    assert standing(node("objective", "a", "in_force")) == Standing("in force", "live")
    assert standing(node("objective", "a", "proposed")) == Standing("proposed", "wait")
    assert standing(node("service", "a", live=False, why_not_live="expired")) == Standing("expired", "ended")
    assert standing(node("service", "a", live=False, why_not_live="not yet valid")) == Standing("not yet valid", "wait")
    assert standing(node("service", "a").model_copy(update={"state": None})) is None
