"""The *On* lines: what must be there before a transition, told by name when it is missing."""

import asyncio
from typing import Any

import pytest

from shared.contracts import NODE_KINDS, Kind
from tests.service.api import Api, codes, new_id, one_loop

pytestmark = one_loop


@pytest.mark.parametrize(
    ("kind", "state", "to", "missing"),
    [
        ("strategy", "proposed", "approved", {"signature-required"}),
        ("objective", "proposed", "approved", {"signature-required"}),
        ("tactic", "proposed", "approved", {"signature-required"}),
        ("service", "designed", "developed", {"design-package-missing"}),
        ("process", "defined", "approved", {"process-owner-missing", "policy-missing"}),
        ("service_offering", "active", "launched", {"component-missing", "consumer-group-missing"}),
        ("contract", "approved", "active", {"signatory-missing"}),
        ("strategy", "draft", "proposed", {"supported-strategy-missing"}),
    ],
)
async def test_a_closed_gate_names_what_is_missing(api: Api, kind: str, state: str, to: str, missing: set[str]) -> None:
    made = await api.make(kind, state=state)
    answer = await api.transition(NODE_KINDS[kind], made["id"], to)
    assert answer.status_code == 409
    assert {code for _, code in codes(answer)} == missing
    assert answer.json()["missing"] == answer.json()["errors"]
    assert to in answer.json()["allowed"]


@pytest.mark.parametrize("kind", ["strategy", "objective", "tactic", "service", "process"])
async def test_registration_passes_every_gate(api: Api, kind: str) -> None:
    state = {"service": "operational", "process": "operational"}.get(kind, "in_force")
    made = await api.make(kind, state=state, state_reason="it has been there for years")
    assert (made["state"], made["version"]) == (state, 1)


async def proposes(api: Api, strategy: dict[str, Any]) -> int:
    return (await api.transition(NODE_KINDS["strategy"], strategy["id"], "proposed")).status_code


async def test_a_business_strategy_supports_none(api: Api) -> None:
    assert await proposes(api, await api.make("strategy", type="business")) == 200


@pytest.mark.parametrize("type", ["it", "it_service", "manufacturing", None])
async def test_any_other_strategy_is_proposed_once_it_supports_one(api: Api, type: str | None) -> None:
    own, served = await api.make("strategy", type=type), await api.make("strategy", type="business")
    assert await proposes(api, own) == 409
    link = (await api.link("supports", own, served)).json()
    assert await proposes(api, own) == 200

    await api.transition(NODE_KINDS["strategy"], own["id"], "draft")
    await api.send(
        "POST", f"/strategy/v1/links/{link['id']}/transitions", json={"to": "ended"}, headers={"If-Match": "*"}
    )
    assert await proposes(api, own) == 409


GOODS = {"type": "goods", "item": "a printed report"}


async def test_an_offering_is_launched_with_content_and_consumers(api: Api) -> None:
    group = await api.make("consumer_group")
    service = await api.make("service", state="released")
    members = {"components": [GOODS], "consumer_group_ids": [group["id"]], "service_ids": [service["id"]]}
    offering = await api.make("service_offering", state="active", **members)
    kind = NODE_KINDS["service_offering"]

    early = await api.transition(kind, offering["id"], "launched")
    assert (early.status_code, codes(early)) == (409, {("/service_ids/0", "service-not-operational")})
    await api.transition(NODE_KINDS["service"], service["id"], "operational")
    assert (await api.transition(kind, offering["id"], "launched")).status_code == 200


async def contract(api: Api, offering: str, **item: str) -> dict[str, Any]:
    sides = [{"side": "provider", "name": "A"}, {"side": "customer", "name": "B"}]
    return await api.make(
        "contract", state="approved", items=[{"offering_id": offering, **item}], signatories=sides
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "start", "status"),
    [
        ("launched", "2030-01-01T00:00:00Z", 200),
        ("launched", "2031-01-01T00:00:00Z", 409),
        ("launched", None, 200),
        ("active", "2030-01-01T00:00:00Z", 409),
        ("retired", "2030-01-01T00:00:00Z", 409),
    ],
)
async def test_a_contract_covers_what_is_launched_when_it_starts(
    api: Api, state: str, start: str | None, status: int
) -> None:
    offering = await api.make("service_offering", state=state, sunset_at="2030-06-01T00:00:00Z")
    made = await contract(api, offering["id"], **({"start": start} if start else {}))
    answer = await api.transition(NODE_KINDS["contract"], made["id"], "active")
    assert answer.status_code == status
    if status == 409:
        assert codes(answer) == {("/items/0/offering_id", "offering-not-launched")}


async def test_what_runs_lasts_and_nothing_retired_is_added(api: Api) -> None:
    offerings, contracts = NODE_KINDS["service_offering"], NODE_KINDS["contract"]
    first, second = (
        await api.make("service_offering", state="launched"),
        await api.make("service_offering", state="active"),
    )
    made = await contract(api, first["id"])
    assert (await api.transition(contracts, made["id"], "active")).status_code == 200
    await api.transition(offerings, first["id"], "retired")
    assert (await api.patch(contracts, made["id"], {"document": "page 2"}, if_match="*")).status_code == 200

    items = [*made["items"], {"offering_id": second["id"]}]
    refused = await api.patch(contracts, made["id"], {"items": items}, if_match="*")
    assert (refused.status_code, codes(refused)) == (422, {("/items/1/offering_id", "offering-not-launched")})
    await api.transition(offerings, second["id"], "launched")  # refused: it has nothing to offer
    await api.correct(offerings, second["id"], "launched")
    assert (await api.patch(contracts, made["id"], {"items": items}, if_match="*")).status_code == 200


@pytest.mark.parametrize("item", [{}, {"offering_id": new_id(), "service_id": new_id()}])
async def test_a_contract_item_names_one_thing(api: Api, item: dict[str, str]) -> None:
    answer = await api.post(NODE_KINDS["contract"], items=[item])
    assert answer.status_code == 422
    assert ("/items/0", "one-of") in codes(answer)


@pytest.mark.parametrize(
    ("parent", "child", "code"),
    [
        ({"side": "business"}, {"side": "business"}, None),
        ({"side": "business"}, {"side": "it"}, "side-mismatch"),
        ({"side": "business"}, {}, None),
        ({"level": "strategic"}, {"level": "operational"}, None),
        ({"level": "tactical"}, {"level": "tactical"}, None),
        ({"level": "tactical"}, {"level": "strategic"}, "parent-level-too-low"),
    ],
)
async def test_an_objective_has_a_parent_of_its_side_and_no_lower_level(
    api: Api, parent: dict[str, str], child: dict[str, str], code: str | None
) -> None:
    above = await api.make("objective", **parent)
    answer = await api.post(NODE_KINDS["objective"], parent_id=above["id"], **child)
    assert answer.status_code == (422 if code else 201)
    if code:
        assert codes(answer) == {("/parent_id", code)}


@pytest.mark.parametrize(
    ("change", "code"),
    [({"side": "it"}, ("/side", "side-mismatch")), ({"level": "operational"}, ("/level", "parent-level-too-low"))],
)
async def test_a_parent_stays_one_that_its_children_fit(
    api: Api, change: dict[str, str], code: tuple[str, str]
) -> None:
    above = await api.make("objective", side="business", level="strategic")
    child = await api.make("objective", parent_id=above["id"], side="business", level="tactical")
    answer = await api.patch(NODE_KINDS["objective"], above["id"], change, if_match="*")
    assert (answer.status_code, codes(answer)) == (422, {code})
    await api.transition(NODE_KINDS["objective"], child["id"], "withdrawn")
    assert (await api.patch(NODE_KINDS["objective"], above["id"], change, if_match="*")).status_code == 200


async def test_a_parent_and_its_children_do_not_part_however_many_try(api: Api) -> None:
    above = await api.make("objective", side="business")
    children = [await api.make("objective", side="business") for _ in range(8)]
    below = {"parent_id": above["id"]}
    put = [api.patch(NODE_KINDS["objective"], child["id"], below, if_match="*") for child in children]
    await asyncio.gather(
        *put[:4], api.patch(NODE_KINDS["objective"], above["id"], {"side": "it"}, if_match="*"), *put[4:]
    )
    side = (await api.get(NODE_KINDS["objective"], above["id"])).json()["side"]
    assert {each["side"] for each in await api.items(NODE_KINDS["objective"], **below)} <= {side}


@pytest.mark.parametrize(
    ("type", "kind", "sides", "code"),
    [
        ("decomposes", "objective", ("it", "it"), None),
        ("decomposes", "objective", ("it", "business"), "side-mismatch"),
        ("parallels", "tactic", ("it", "business"), None),
        ("parallels", "operation", ("it", "it"), "same-side"),
    ],
)
async def test_a_link_joins_the_sides_that_it_is_for(
    api: Api, type: str, kind: str, sides: tuple[str, str], code: str | None
) -> None:
    low, high = [await api.make(kind, side=side) for side in sides]
    answer = await api.link(type, low, high)
    assert (answer.status_code, codes(answer) if code else None) == (
        (422, {("/target", code)}) if code else (201, None)
    )


async def test_a_strategy_rests_on_one_that_is_still_there(api: Api) -> None:
    served = await api.make("strategy", type="business")
    strategy = await api.make("strategy", type="it")
    await api.link("supports", strategy, served)
    await api.transition(NODE_KINDS["strategy"], served["id"], "withdrawn")
    answer = await api.transition(NODE_KINDS["strategy"], strategy["id"], "proposed")
    assert codes(answer) == {("/type", "supported-strategy-missing")}


@pytest.mark.parametrize(
    "kind", [kind for kind in NODE_KINDS.values() if kind.signed_as == "approved"], ids=lambda kind: kind.name
)
async def test_nothing_is_approved_but_by_a_signature(api: Api, kind: Kind) -> None:
    made = await api.make(kind, state="proposed")
    answer = await api.transition(kind, made["id"], "approved")
    assert (answer.status_code, codes(answer)) == (409, {("/to", "signature-required")})


async def test_a_pattern_is_proposed_with_evidence(api: Api) -> None:
    element = NODE_KINDS["strategy_element"]
    pattern = await api.make(element, type="pattern")
    assert codes(await api.transition(element, pattern["id"], "proposed")) == {("/evidence_refs", "evidence-missing")}
    evidence = {"evidence_refs": [{"system": "minutes", "id": "2026-03"}]}
    await api.patch(element, pattern["id"], evidence, if_match="*")
    assert (await api.transition(element, pattern["id"], "proposed")).status_code == 200


async def test_a_correction_is_of_the_same_indicator(api: Api) -> None:
    wrong = await api.make("measurement")
    answer = await api.post(NODE_KINDS["measurement"], corrects_id=wrong["id"])
    assert codes(answer) == {("/corrects_id", "kpi-mismatch")}
