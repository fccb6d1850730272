"""What each owner refuses: every rule with a state that it accepts and one that it does not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.catalog import rules as catalog
from services.roles import rules as roles
from services.strategy import rules as strategy
from shared.contracts import KINDS, LINKS, NODE_KINDS
from shared.contracts.base import Ref
from shared.contracts.design import FOUR_PS
from shared.rules import Facts, Rule, Rules

ID, OTHER = UUID(int=1), UUID(int=2)
GOODS = {"type": "goods", "item": "box"}
PROVIDER, CUSTOMER = ({"side": side, "name": "A"} for side in ("provider", "customer"))
EARLY, LATE = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ITEM = {"offering_id": OTHER}
ENDS = ITEM | {"end": LATE}
OWNERS = {"strategy": strategy.RULES, "catalog": catalog.RULES, "roles": roles.RULES}
Case = tuple[Rule, Any, Facts]


def made(kind: str, **members: Any) -> Any:
    """A state of a kind."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    stamp = {"created_at": moment, "created_by": "x", "updated_at": moment, "updated_by": "x"}
    common = {"id": ID, "key": "k", "name": "N", "version": 1, "state": NODE_KINDS[kind].lifecycle.initial}
    return NODE_KINDS[kind].model.model_validate(common | stamp | members)


def near(kind: str, **members: Any) -> Facts:
    """Facts in which there is one entity with the other id."""
    return Facts(known={f"{kind}/{OTHER}": made(kind, id=OTHER, **members)})


def linked(type: str, kind: str = "strategy", **members: Any) -> Any:
    """A link between two of a kind."""
    ends = {"source": {"kind": kind, "id": ID}, "target": {"kind": kind, "id": OTHER}}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    stamp = {"created_at": moment, "created_by": "x", "updated_at": moment, "updated_by": "x"}
    common = {"id": ID, "version": 1, "state": "active", "type": type}
    return LINKS["strategy"].model.model_validate(common | ends | stamp | members)


def with_links(*types: str, **target: Any) -> Facts:
    """Links to the other strategy."""
    return Facts(known=near("strategy", **target).known, links=[linked(type) for type in types])


def between(kind: str, one: dict[str, Any], other: dict[str, Any]) -> Facts:
    """Both ends of a link."""
    return Facts(known={f"{kind}/{ID}": made(kind, **one), f"{kind}/{OTHER}": made(kind, id=OTHER, **other)})


def measured(**members: Any) -> Any:
    return made("measurement", **{"kpi_id": ID, "value": 1.0, "at": datetime(2026, 1, 1, tzinfo=UTC)} | members)


def measured_before(kpi: UUID) -> Facts:
    return Facts(known={f"measurement/{OTHER}": measured(id=OTHER, kpi_id=kpi)})


def element(type: str, kind: str | None = None, **members: Any) -> dict[str, Any]:
    """An element of a P that names something of a kind, or says why there is none."""
    named = {"ref": {"kind": kind, "id": OTHER}} if kind else {}
    return {"type": type, **named, **({"not_applicable": True} if "reason" in members else {}), **members}


def package(*elements: dict[str, Any], **members: Any) -> Any:
    return made("design_package", **{"service_id": ID, "elements": list(elements)} | members)


def whole_package(state: str, **members: Any) -> Any:
    return package(*(element(p, kind) for p, kind in FOUR_PS.items()), state=state, **members)


def found(kind: str, **members: Any) -> Facts:
    """The same where the new state is registered as found."""
    return replace(near(kind, **members), registered=True)


def contracted(before: str, **offering: Any) -> Facts:
    """A contract with one item that was in this state before, and its offering as it is now."""
    known = near("service_offering", **{"state": "retired"} | offering).known
    return Facts(made("contract", state=before, items=[ITEM]), known)


def beside(kind: str, *others: Any) -> Facts:
    """What a lookup has found."""
    return Facts(found={kind: list(others)})


PART = {"process_id": OTHER}


def activity(**members: Any) -> Any:
    return made("activity", **PART | members)


def letter(which: str) -> dict[str, Any]:
    return {"role_id": OTHER, "letter": which}


def seat(**members: Any) -> Any:
    """The assignment of the owner's role of a process."""
    whole = {"party_id": ID, "role_id": OTHER, "scope": {"kind": "process", "id": ID}, "state": "active"}
    return made("role_assignment", **whole | members)


OWNERS_ROLE = made("role", type="process_owner")


def seats(*others: Any, role: dict[str, Any] | None = None, party: dict[str, Any] | None = None) -> Facts:
    """Of the owner's role and a party that are there, unless something else is said of them."""
    owners = made("role", **{"type": "process_owner", "state": "active"} | (role or {}))
    known = {f"role/{OTHER}": owners, f"role/{ID}": made("role", type="process_manager", state="active")}
    return Facts(known=known | {f"party/{ID}": made("party", **party or {})}, found={"role_assignment": list(others)})


def without(facts: Facts, ref: str) -> Facts:
    """The same where that one has been deleted."""
    return replace(facts, known={each: state for each, state in facts.known.items() if each != ref})


def governed(policy: str | None, link: dict[str, Any] | None = None, **members: Any) -> Facts:
    """A process that a policy in this state governs; None where that has been deleted."""
    ends = {"source": Ref(kind="policy", id=OTHER), "target": Ref(kind="process", id=ID)}
    governs = linked("governs").model_copy(update=ends | (link or {}))
    return Facts(known=near("policy", state=policy, **members).known if policy else {}, into=[governs])


def lettered(*letters: str, role: dict[str, Any] | None = None, **members: Any) -> Facts:
    """An activity in which the other role has these letters."""
    known = {f"role/{OTHER}": made("role", id=OTHER, **{"state": "active"} | (role or {}))}
    return Facts(known=known, found={"activity": [activity(raci=[letter(each) for each in letters], **members)]})


EVIDENCE = {"system": "minutes", "id": "2025-11"}

ACCEPTED: list[Case] = [
    (strategy.parent_fits, made("objective", side="it"), Facts()),
    (strategy.parent_fits, made("objective", parent_id=OTHER, side="it"), near("objective", side="it")),
    (
        strategy.parent_fits,
        made("objective", side="it"),
        beside("objective", made("objective", parent_id=ID), made("objective", side="business", parent_id=OTHER)),
    ),
    (
        strategy.parent_fits,
        made("objective", side="it"),
        beside("objective", made("objective", parent_id=ID, side="business", state="withdrawn")),
    ),
    (strategy.link_fits, linked("decomposes", "objective"), between("objective", {"side": "it"}, {"side": "it"})),
    (strategy.link_fits, linked("relates_to", "objective"), between("objective", {"side": "it"}, {"side": "business"})),
    (strategy.link_fits, linked("parallels", "tactic"), between("tactic", {"side": "it"}, {"side": "business"})),
    (strategy.link_fits, linked("parallels", "tactic", state="ended"), between("tactic", *[{"side": "it"}] * 2)),
    (strategy.supports_a_strategy, made("strategy", type="business"), Facts()),
    (strategy.supports_a_strategy, made("strategy", type="it"), with_links("relates_to", "supports")),
    (strategy.pattern_has_evidence, made("strategy_element", type="position"), Facts()),
    (strategy.pattern_has_evidence, made("strategy_element", type="pattern", evidence_refs=[EVIDENCE]), Facts()),
    (strategy.corrects_the_same_kpi, measured(corrects_id=OTHER), measured_before(ID)),
    (strategy.corrects_the_same_kpi, measured(), Facts()),
    (
        catalog.has_something_for_somebody,
        made("service_offering", components=[GOODS], consumer_group_ids=[OTHER]),
        Facts(),
    ),
    (catalog.services_operate, made("service_offering"), Facts()),
    (catalog.services_operate, made("service_offering", service_ids=[OTHER]), near("service", state="operational")),
    (
        catalog.services_operate,
        made("service_offering", components=[GOODS | {"service_id": OTHER}]),
        near("service", state="operational"),
    ),
    (
        catalog.components_name_one_thing,
        made("service_offering", components=[GOODS, GOODS | {"service_id": OTHER}]),
        Facts(),
    ),
    (
        catalog.ends_after_start,
        made("contract", items=[ENDS], period={"start": EARLY, "end": LATE}),
        Facts(),
    ),
    (catalog.items_are_launched, made("contract", items=[ENDS]), near("service_offering", state="launched")),
    (
        catalog.items_are_launched,
        made("contract", items=[ENDS]),
        near("service_offering", state="launched", sunset_at=LATE),
    ),
    (catalog.items_name_one_thing, made("contract", items=[ITEM, {"service_id": OTHER}]), Facts()),
    (catalog.items_are_launched, made("contract", items=[ITEM]), near("service_offering", state="launched")),
    (catalog.items_are_launched, made("contract", items=[{"service_id": OTHER}]), Facts()),
    (catalog.items_are_launched, made("contract", items=[ITEM]), contracted("suspended", state="retired")),
    (
        catalog.items_are_launched,
        made("contract", items=[ITEM], updated_at=EARLY),
        near("service_offering", state="launched", sunset_at=LATE),
    ),
    (catalog.new_items_are_launched, made("contract", state="suspended", items=[ENDS]), contracted("active")),
    (catalog.both_sides_signed, made("contract", signatories=[PROVIDER, CUSTOMER, CUSTOMER]), Facts()),
    (catalog.new_items_are_launched, made("contract", items=[ITEM]), near("service_offering", state="retired")),
    (catalog.elements_fit, package(element("people", "role"), element("partner", reason="All is done here.")), Facts()),
    (catalog.one_live_package, package(state="accepted"), beside("design_package", package(state="outdated"))),
    (
        catalog.one_live_package,
        package(state="accepted"),
        Facts(package(state="reviewed"), found={"design_package": [package(state="accepted")]}),
    ),
    (catalog.design_covers_the_four_ps, made("service"), beside("design_package", whole_package("reviewed"))),
    (
        catalog.design_covers_the_four_ps,
        made("service"),
        beside("design_package", whole_package("accepted"), package(state="draft", created_at=LATE)),
    ),
    (
        catalog.design_covers_the_four_ps,
        made("service"),
        beside("design_package", package(id=UUID(int=9)), whole_package("draft", created_at=LATE)),
    ),
    (catalog.same_catalog, made("category", parent_id=OTHER, catalog_id=ID), near("category", catalog_id=ID)),
    (catalog.same_catalog, made("category", parent_id=OTHER), near("category")),
    (
        catalog.same_catalog,
        made("category", catalog_id=ID),
        beside(
            "category",
            made("category", parent_id=ID, catalog_id=ID),
            made("category", parent_id=ID, state="retired"),
            made("category", parent_id=OTHER),
        ),
    ),
    (
        catalog.same_catalog,
        made("category", parent_id=OTHER, catalog_id=ID, state="retired"),
        near("category", catalog_id=OTHER),
    ),
    (roles.one_owner_at_a_time, seat(), seats(seat(state="ended"))),
    (roles.one_owner_at_a_time, seat(valid_to=LATE), seats(seat(valid_from=LATE))),
    (roles.one_owner_at_a_time, seat(role_id=ID), seats(seat())),
    (roles.one_owner_at_a_time, seat(state="proposed"), seats(seat())),
    (roles.one_owner_at_a_time, seat(scope={"kind": "service", "id": ID}), seats(seat())),
    (roles.becomes_an_owners_role, OWNERS_ROLE, Facts()),
    (roles.becomes_an_owners_role, OWNERS_ROLE, Facts(OWNERS_ROLE, found={"role_assignment": [seat()]})),
    (roles.becomes_an_owners_role, OWNERS_ROLE, Facts(made("role"), found={"role_assignment": [seat(state="ended")]})),
    (roles.deputy_is_another, seat(deputy_id=OTHER), Facts()),
    (roles.letters_are_unique, made("activity", **PART, raci=[letter("A"), letter("R")]), Facts()),
    (roles.goes_to_another, made("handoff", from_activity_id=ID, to_activity_id=OTHER), Facts()),
    (roles.follows_its_process, activity(state="approved"), near("process", state="approved")),
    (roles.follows_its_process, activity(state="retired"), near("process", state="approved")),
    (roles.found_as_its_process, activity(state="draft"), found("process", state="approved")),
    (roles.found_as_its_process, activity(state="approved"), found("process", state="approved")),
    (roles.found_as_its_process, activity(state="approved"), near("process", state="draft")),
    (roles.owner_seat_is_filled, made("process", updated_at=LATE), seats(seat(valid_from=LATE))),
    (roles.activities_have_raci, made("process"), lettered("A", "R")),
    (roles.activities_have_raci, made("process"), beside("activity", activity(state="retired"))),
    (roles.a_policy_governs, made("process"), governed("published")),
]

NEVER = {strategy.by_signature}
"""A gate that opens in another way only: by the signature that moves its subject along."""

REFUSED: list[tuple[Rule, Any, Facts, list[str]]] = [
    (
        strategy.parent_fits,
        made("objective", parent_id=OTHER, side="it", level="strategic"),
        near("objective", side="business", level="operational"),
        ["side-mismatch", "parent-level-too-low"],
    ),
    (
        strategy.parent_fits,
        made("objective", side="it", level="operational"),
        beside("objective", made("objective", parent_id=ID, side="business", level="tactical")),
        ["side-mismatch", "parent-level-too-low"],
    ),
    (
        strategy.link_fits,
        linked("decomposes", "objective"),
        between("objective", {"side": "it", "level": "tactical"}, {"side": "business", "level": "operational"}),
        ["side-mismatch", "parent-level-too-low"],
    ),
    (strategy.link_fits, linked("parallels", "tactic"), between("tactic", *[{"side": "it"}] * 2), ["same-side"]),
    (
        strategy.supports_a_strategy,
        made("strategy", type="it"),
        with_links("relates_to"),
        ["supported-strategy-missing"],
    ),
    (
        strategy.supports_a_strategy,
        made("strategy", type="it"),
        with_links("supports", state="retired"),
        ["supported-strategy-missing"],
    ),
    (
        strategy.supports_a_strategy,
        made("strategy", type="it"),
        Facts(links=[linked("supports")]),
        ["supported-strategy-missing"],
    ),
    (strategy.supports_a_strategy, made("strategy"), Facts(), ["supported-strategy-missing"]),
    (strategy.pattern_has_evidence, made("strategy_element", type="pattern"), Facts(), ["evidence-missing"]),
    (strategy.corrects_the_same_kpi, measured(corrects_id=OTHER), measured_before(OTHER), ["kpi-mismatch"]),
    (strategy.by_signature, made("tactic", state="proposed"), Facts(), ["signature-required"]),
    (
        catalog.has_something_for_somebody,
        made("service_offering"),
        Facts(),
        ["component-missing", "consumer-group-missing"],
    ),
    (
        catalog.services_operate,
        made("service_offering", service_ids=[OTHER]),
        near("service", state="retired"),
        ["service-not-operational"],
    ),
    (
        catalog.services_operate,
        made("service_offering", service_ids=[OTHER]),
        Facts(),
        ["service-not-operational"],
    ),
    (
        catalog.services_operate,
        made("service_offering", components=[GOODS | {"service_id": OTHER}]),
        near("service", state="released"),
        ["service-not-operational"],
    ),
    (
        catalog.components_name_one_thing,
        made("service_offering", components=[GOODS | {"service_id": OTHER, "product_id": ID}]),
        Facts(),
        ["one-of"],
    ),
    (
        catalog.ends_after_start,
        made("contract", items=[ENDS | {"start": LATE}], period={"start": LATE, "end": EARLY}),
        Facts(),
        ["invalid-interval", "invalid-interval"],
    ),
    (
        catalog.items_are_launched,
        made("contract", items=[ENDS]),
        near("service_offering", state="launched", sunset_at=datetime(2026, 12, 31, tzinfo=UTC)),
        ["beyond-sunset"],
    ),
    (
        catalog.new_items_are_launched,
        made("contract", state="active", items=[ENDS]),
        contracted("active", sunset_at=datetime(2026, 12, 31, tzinfo=UTC)),
        ["beyond-sunset"],
    ),
    (catalog.elements_fit, package(element("partner", reason="  ")), Facts(), ["reason-missing"]),
    (
        catalog.items_name_one_thing,
        made("contract", items=[{}, {**ITEM, "service_id": ID}]),
        Facts(),
        ["one-of", "one-of"],
    ),
    (
        catalog.items_are_launched,
        made("contract", items=[ITEM]),
        near("service_offering", state="retired"),
        ["offering-not-launched"],
    ),
    (
        catalog.items_are_launched,
        made("contract", items=[{**ITEM, "start": datetime(2027, 1, 1, tzinfo=UTC)}]),
        near("service_offering", state="launched", sunset_at=datetime(2027, 1, 1, tzinfo=UTC)),
        ["offering-not-launched"],
    ),
    (catalog.items_are_launched, made("contract", items=[ITEM]), Facts(), ["offering-not-launched"]),
    (
        catalog.items_are_launched,
        made("contract", items=[ITEM], updated_at=LATE),
        near("service_offering", state="launched", sunset_at=LATE),
        ["offering-not-launched"],
    ),
    (
        catalog.items_are_launched,
        made("contract", items=[ITEM], updated_at=LATE),
        contracted("suspended", sunset_at=EARLY),
        ["offering-not-launched"],
    ),
    (
        catalog.new_items_are_launched,
        made("contract", state="active", items=[ITEM | {"start": LATE}]),
        contracted("suspended"),
        ["offering-not-launched"],
    ),
    (catalog.both_sides_signed, made("contract", signatories=[PROVIDER]), Facts(), ["signatory-missing"]),
    (catalog.elements_fit, package(element("people")), Facts(), ["one-of"]),
    (
        catalog.elements_fit,
        package(element("people", "role", not_applicable=True)),
        Facts(),
        ["one-of", "reason-missing"],
    ),
    (catalog.elements_fit, package(element("people", "product")), Facts(), ["element-type-mismatch"]),
    (
        catalog.one_live_package,
        package(state="accepted"),
        beside("design_package", package(state="accepted")),
        ["package-exists"],
    ),
    (
        catalog.one_live_package,
        package(state="accepted"),
        Facts(package(state="reviewed"), found={"design_package": [package(state="accepted")]}, registered=True),
        ["package-exists"],
    ),
    (catalog.design_covers_the_four_ps, made("service"), Facts(), ["design-package-missing"]),
    (
        catalog.design_covers_the_four_ps,
        made("service"),
        beside("design_package", package(state="outdated")),
        ["design-package-missing"],
    ),
    (
        catalog.design_covers_the_four_ps,
        made("service"),
        beside("design_package", package(element("people", "role"), element("partner", reason="None."))),
        ["design-incomplete", "design-incomplete"],
    ),
    (
        catalog.same_catalog,
        made("category", parent_id=OTHER, catalog_id=ID),
        near("category", catalog_id=OTHER),
        ["catalog-mismatch"],
    ),
    (catalog.same_catalog, made("category", parent_id=OTHER), near("category", catalog_id=ID), ["catalog-mismatch"]),
    (
        catalog.same_catalog,
        made("category", catalog_id=ID),
        beside("category", made("category", parent_id=ID, catalog_id=OTHER), made("category", parent_id=ID)),
        ["catalog-mismatch", "catalog-mismatch"],
    ),
    (roles.one_owner_at_a_time, seat(), seats(seat(valid_from=LATE)), ["process-owner-exists"]),
    (
        roles.becomes_an_owners_role,
        OWNERS_ROLE,
        Facts(made("role"), found={"role_assignment": [seat()]}),
        ["role-in-use"],
    ),
    (roles.deputy_is_another, seat(deputy_id=ID), Facts(), ["self-deputy"]),
    (
        roles.letters_are_unique,
        made("activity", **PART, raci=[letter("A"), letter("A")]),
        Facts(),
        ["duplicate"],
    ),
    (roles.goes_to_another, made("handoff", from_activity_id=ID, to_activity_id=ID), Facts(), ["self-handoff"]),
    (roles.follows_its_process, activity(state="approved"), near("process"), ["process-state-mismatch"]),
    (roles.found_as_its_process, activity(state="approved"), found("process"), ["process-state-mismatch"]),
    (roles.owner_seat_is_filled, made("process"), Facts(), ["process-owner-missing"]),
    (roles.owner_seat_is_filled, made("process"), seats(seat(valid_from=LATE)), ["process-owner-missing"]),
    (
        roles.activities_have_raci,
        made("process"),
        beside("activity", activity(raci=[letter("A")]), activity(raci=[letter("R")]), activity()),
        ["raci-incomplete"] * 3,
    ),
    (roles.a_policy_governs, made("process"), Facts(), ["policy-missing"]),
    (roles.a_policy_governs, made("process"), governed("retired"), ["policy-missing"]),
    (
        catalog.new_items_are_launched,
        made("contract", state="active", items=[ITEM]),
        Facts(made("contract", state="active"), near("service_offering", state="retired").known),
        ["offering-not-launched"],
    ),
]


@pytest.mark.parametrize(("rule", "state", "facts"), ACCEPTED)
def test_accepted(rule: Rule, state: Any, facts: Facts) -> None:
    assert list(rule(state, facts)) == []


@pytest.mark.parametrize(("rule", "state", "facts", "codes"), REFUSED)
def test_refused(rule: Rule, state: Any, facts: Facts, codes: list[str]) -> None:
    faults = list(rule(state, facts))
    assert [fault["code"] for fault in faults] == codes
    assert all(fault["pointer"].startswith("/") and fault["detail"].endswith(".") for fault in faults)


def test_what_is_already_agreed_is_not_asked_again() -> None:
    before = made("contract", state="active", items=[ITEM])
    facts = Facts(before, near("service_offering", state="retired").known)
    assert list(catalog.new_items_are_launched(before, facts)) == []


@pytest.mark.parametrize(("owner", "rules"), OWNERS.items(), ids=OWNERS)
def test_rules_are_about_kinds_and_states_that_there_are(owner: str, rules: Rules) -> None:
    kinds = {kind.name: kind for kind in KINDS[owner]}
    assert set(rules.always) <= set(kinds)
    assert all(state in kinds[kind].lifecycle.states for kind, state in rules.on)


@pytest.mark.parametrize(("owner", "rules"), OWNERS.items(), ids=OWNERS)
def test_every_rule_has_an_example_of_both(owner: str, rules: Rules) -> None:
    there = {rule for line in (*rules.always.values(), *rules.on.values()) for rule in line}
    named = {rule for rule in there if rule.__module__ == f"services.{owner}.rules"}
    assert named - NEVER <= {case[0] for case in ACCEPTED}
    assert named <= {case[0] for case in REFUSED}
