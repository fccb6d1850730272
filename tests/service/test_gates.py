"""The *On* lines: what must be there before a transition, told by name when it is missing."""

from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from tests.service.api import Api, codes, new_id, one_loop

pytestmark = one_loop


@pytest.mark.parametrize(
    ("kind", "state", "to", "missing"),
    [
        ("strategy", "proposed", "approved", {"increment-missing"}),
        ("objective", "proposed", "approved", {"increment-missing"}),
        ("tactic", "proposed", "approved", {"increment-missing"}),
        ("service", "designed", "developed", {"design-package-missing"}),
        ("process", "defined", "approved", {"owner-seat-empty", "policy-missing"}),
        ("service_offering", "active", "launched", {"component-missing", "consumer-group-missing"}),
        ("contract", "approved", "active", {"signatory-missing"}),
        ("strategy", "draft", "proposed", {"supports-missing"}),
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
    service = await api.make("service", state="tested")
    members = {"components": [GOODS], "consumer_group_ids": [group["id"]], "service_ids": [service["id"]]}
    offering = await api.make("service_offering", state="active", **members)
    kind = NODE_KINDS["service_offering"]

    early = await api.transition(kind, offering["id"], "launched")
    assert (early.status_code, codes(early)) == (409, {("/service_ids/0", "service-not-operational")})
    await api.patch(NODE_KINDS["service"], service["id"], {"state": "operational"}, if_match="*")
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
    await api.patch(offerings, second["id"], {"state": "launched"}, if_match="*")
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
        ({"side": "business"}, {"side": "it"}, "other-side"),
        ({"side": "business"}, {}, None),
        ({"level": "strategic"}, {"level": "operational"}, None),
        ({"level": "tactical"}, {"level": "tactical"}, None),
        ({"level": "tactical"}, {"level": "strategic"}, "lower-level"),
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
