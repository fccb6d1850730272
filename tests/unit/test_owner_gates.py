"""Every gate of an owner that asks whether something else is there, beside each way in which that may not be: draft,
retired, expired, not yet valid, deleted. Decided by hand."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import pytest

from services.catalog import rules as catalog
from services.roles import rules as roles
from services.strategy import rules as strategy
from services.strategy import signing
from shared.rules import Facts, Rule
from tests.unit.test_owner_rules import (
    EARLY,
    ID,
    ITEM,
    LATE,
    OTHER,
    beside,
    contracted,
    governed,
    lettered,
    linked,
    made,
    near,
    seat,
    seats,
    whole_package,
    with_links,
    without,
)

BEGINS: dict[str, Any] = {"valid_from": LATE}
ENDED: dict[str, Any] = {"valid_to": EARLY}
"""Seen from 2026: not yet valid, and expired."""


class Gate(NamedTuple):
    """``given`` makes the facts from what the other thing says of itself. ``live``, ``draft`` and ``over`` are states,
    None where it has none like that. It opens for what is live, and for what is ``planned`` if that says so."""

    rule: Rule
    about: Any
    given: Callable[..., Facts]
    deleted: Facts
    live: str
    draft: str | None
    over: str | None
    planned: bool = False


def by_role(**role: Any) -> Facts:
    return seats(seat(), role=role)


def by_party(**party: Any) -> Facts:
    return seats(seat(), party=party)


def by_assignment(**members: Any) -> Facts:
    return seats(seat(**members))


def by_letters(**role: Any) -> Facts:
    return lettered("A", "R", role=role)


def by_policy(state: str = "published", **members: Any) -> Facts:
    return governed(state, **members)


def by_governing(**link: Any) -> Facts:
    return governed("published", link)


def by_service(**members: Any) -> Facts:
    return near("service", **{"state": "operational"} | members)


def by_offering(**members: Any) -> Facts:
    return near("service_offering", **{"state": "launched"} | members)


def by_resumed(**members: Any) -> Facts:
    return contracted("suspended", **{"state": "launched"} | members)


def by_strategy(**members: Any) -> Facts:
    return with_links("supports", **members)


def by_support(**link: Any) -> Facts:
    return Facts(known=near("strategy", state="in_force").known, links=[linked("supports").model_copy(update=link)])


def by_package(**members: Any) -> Facts:
    return beside("design_package", whole_package(**members))


def by_item(**members: Any) -> Facts:
    return near("tactic", **members)


PROCESS, ROLE, PARTY, STRATEGY = made("process"), f"role/{OTHER}", f"party/{ID}", made("strategy", type="it")
OFFERING, CONTRACT = made("service_offering", service_ids=[OTHER]), made("contract", items=[ITEM])
COMPONENT = made(
    "service_offering", components=[{"type": "access", "resource": "x", "service_id": OTHER}], consumer_group_ids=[ID]
)
INCREMENT = made("increment", items=[{"kind": "tactic", "id": OTHER}])
NO_SEAT = Facts()
GATES = {
    "role of the owner's seat": Gate(
        roles.owner_seat_is_filled, PROCESS, by_role, without(seats(seat()), ROLE), "active", "draft", "retired"
    ),
    "party in the owner's seat": Gate(
        roles.owner_seat_is_filled, PROCESS, by_party, without(seats(seat()), PARTY), "active", None, "left"
    ),
    "assignment to the owner's seat": Gate(
        roles.owner_seat_is_filled, PROCESS, by_assignment, NO_SEAT, "active", "proposed", "ended"
    ),
    "role with a letter": Gate(
        roles.activities_have_raci, PROCESS, by_letters, without(lettered("A", "R"), ROLE), "active", "draft", "retired"
    ),
    "policy that governs": Gate(
        roles.a_policy_governs, PROCESS, by_policy, governed(None), "published", "draft", "retired", planned=True
    ),
    "link that governs": Gate(
        roles.a_policy_governs, PROCESS, by_governing, Facts(), "active", None, "ended", planned=True
    ),
    "service that is offered": Gate(
        catalog.services_operate, OFFERING, by_service, Facts(), "operational", "requirements", "retired"
    ),
    "service of a component": Gate(
        catalog.services_operate, COMPONENT, by_service, Facts(), "operational", "tested", "retired"
    ),
    "offering that is contracted": Gate(
        catalog.items_are_launched, CONTRACT, by_offering, Facts(), "launched", "in_study", "retired"
    ),
    "offering of a contract that goes on": Gate(
        catalog.items_are_launched, CONTRACT, by_resumed, Facts(contracted("suspended").old),
        "launched", "in_study", None,
    ),
    "package of a design": Gate(
        catalog.design_covers_the_four_ps, made("service"), by_package, Facts(), "accepted", None, "outdated"
    ),
    "strategy that is supported": Gate(
        strategy.supports_a_strategy, STRATEGY, by_strategy, without(by_strategy(), f"strategy/{OTHER}"),
        "in_force", "draft", "retired", planned=True,
    ),
    "link that supports": Gate(
        strategy.supports_a_strategy, STRATEGY, by_support, Facts(), "active", None, "ended", planned=True
    ),
    "item of an increment": Gate(
        signing.items_are_ready, INCREMENT, by_item, Facts(), "in_force", None, "withdrawn", planned=True
    ),
}  # fmt: skip


def opens(gate: Gate, facts: Facts) -> bool:
    return not list(gate.rule(gate.about, facts))


@pytest.mark.parametrize("name", GATES)
def test_a_gate_opens_for_what_is_there(name: str) -> None:
    gate = GATES[name]
    assert opens(gate, gate.given(state=gate.live))
    assert opens(gate, gate.given(state=gate.live, valid_from=EARLY, valid_to=LATE))


@pytest.mark.parametrize("name", GATES)
def test_a_gate_stays_shut_for_what_is_over(name: str) -> None:
    gate = GATES[name]
    assert not opens(gate, gate.deleted), "deleted"
    assert not opens(gate, gate.given(state=gate.live, **ENDED)), "expired"
    if gate.over:
        assert not opens(gate, gate.given(state=gate.over)), gate.over


@pytest.mark.parametrize("name", GATES)
def test_a_gate_opens_for_what_is_planned_where_plans_are_asked_for(name: str) -> None:
    gate = GATES[name]
    assert opens(gate, gate.given(state=gate.live, **BEGINS)) is gate.planned, "not yet valid"
    if gate.draft:
        assert opens(gate, gate.given(state=gate.draft)) is gate.planned, gate.draft
        assert not opens(gate, gate.given(state=gate.draft, **ENDED)), "and it never was"


def test_validity_is_that_of_the_moment_from_which_an_item_is_covered() -> None:
    later = made("contract", items=[ITEM | {"start": datetime.fromisoformat("2028-01-01T00:00:00Z")}])
    assert list(catalog.items_are_launched(later, by_offering(**BEGINS))) == []
    assert [f["code"] for f in catalog.items_are_launched(later, by_offering(valid_to=LATE))] == [
        "offering-not-launched"
    ]


def test_what_is_offered_no_longer_serves_a_contract_that_goes_on() -> None:
    assert opens(GATES["offering of a contract that goes on"], by_resumed(state="retired"))


def test_an_activity_that_is_over_needs_nobody() -> None:
    assert list(roles.activities_have_raci(PROCESS, lettered(**ENDED))) == []
    assert list(roles.activities_have_raci(PROCESS, lettered(state="retired"))) == []
    assert list(roles.activities_have_raci(PROCESS, lettered(**BEGINS))) != []


def test_a_second_letter_of_a_role_that_is_gone_does_not_count() -> None:
    facts = lettered("A", "R", role={"state": "retired"})
    found = [f["code"] for f in roles.activities_have_raci(PROCESS, facts)]
    assert found == ["raci-incomplete"]


def test_a_link_that_does_not_fit_justifies_nothing() -> None:
    misfit = linked("governs", "strategy").model_copy(update={"source": governed("published").into[0].source})
    facts = Facts(known=near("policy", state="published").known, into=[misfit])
    assert [f["code"] for f in roles.a_policy_governs(PROCESS, facts)] == ["policy-missing"]
