"""Contracts, designs and catalogues: the lines of this owner that look at other rows, and hold while many write."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from tests.service.api import Api, State, codes, new_id, one_loop

pytestmark = one_loop
CONTRACT, OFFERING, SERVICE, PACKAGE, CATEGORY, PARTNER = (
    NODE_KINDS[name] for name in ("contract", "service_offering", "service", "design_package", "category", "partner")
)
WRITERS = 64
SIDES = [{"side": "provider", "name": "A"}, {"side": "customer", "name": "B"}]


async def running(api: Api, **offering: Any) -> tuple[State, State]:
    """An active contract, and the offering that it covers."""
    covered = await api.make(OFFERING, state="launched", **offering)
    made = await api.make(CONTRACT, state="approved", items=[{"offering_id": covered["id"]}], signatories=SIDES)
    assert (await api.transition(CONTRACT, made["id"], "active")).status_code == 200
    return made, covered


async def test_a_suspended_contract_goes_on_with_what_is_retired(api: Api) -> None:
    made, covered = await running(api, sunset_at="2090-01-01T00:00:00Z")
    await api.transition(CONTRACT, made["id"], "suspended")
    await api.transition(OFFERING, covered["id"], "retired")
    assert (await api.transition(CONTRACT, made["id"], "active")).status_code == 200


async def test_but_not_beyond_its_sunset(api: Api) -> None:
    made, covered = await running(api)
    await api.transition(CONTRACT, made["id"], "suspended")
    await api.transition(OFFERING, covered["id"], "retired")
    await api.patch(OFFERING, covered["id"], {"sunset_at": "2020-01-01T00:00:00Z"}, if_match="*")
    answer = await api.transition(CONTRACT, made["id"], "active")
    assert (answer.status_code, codes(answer)) == (409, {("/items/0/offering_id", "offering-not-launched")})
    assert "sunset, 2020-01-01" in answer.json()["detail"]


@pytest.mark.parametrize("state", ["active", "suspended"])
async def test_when_a_running_item_ends_may_change_and_nothing_retired_is_added(api: Api, state: str) -> None:
    made, covered = await running(api)
    if state == "suspended":
        await api.transition(CONTRACT, made["id"], state)
    await api.transition(OFFERING, covered["id"], "retired")
    ends = {**made["items"][0], "end": "2030-01-01T00:00:00Z"}
    assert (await api.patch(CONTRACT, made["id"], {"items": [ends]}, if_match="*")).status_code == 200
    anew = {**made["items"][0], "start": "2029-01-01T00:00:00Z"}
    refused = await api.patch(CONTRACT, made["id"], {"items": [ends, anew]}, if_match="*")
    assert (refused.status_code, codes(refused)) == (422, {("/items/1/offering_id", "offering-not-launched")})


async def test_nothing_is_contracted_beyond_a_sunset(api: Api) -> None:
    made, covered = await running(api, sunset_at="2090-01-01T00:00:00Z")
    ends = {**made["items"][0], "end": "2091-01-01T00:00:00Z"}
    answer = await api.patch(CONTRACT, made["id"], {"items": [ends]}, if_match="*")
    assert (answer.status_code, codes(answer)) == (422, {("/items/0/end", "beyond-sunset")})
    approved = await api.make(CONTRACT, state="approved", items=[ends], signatories=SIDES)
    answer = await api.transition(CONTRACT, approved["id"], "active")
    assert (answer.status_code, codes(answer)) == (409, {("/items/0/end", "beyond-sunset")})
    assert (await api.patch(OFFERING, covered["id"], {"sunset_at": None}, if_match="*")).status_code == 200
    assert (await api.transition(CONTRACT, approved["id"], "active")).status_code == 200


async def test_an_end_is_later_than_its_start(api: Api) -> None:
    span = {"start": "2027-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
    service = (await api.make("service"))["id"]
    answer = await api.post(CONTRACT, period=span, items=[{"service_id": service, **span}])
    assert codes(answer) == {("/period/end", "invalid-interval"), ("/items/0/end", "invalid-interval")}


async def test_a_component_is_one_thing(api: Api) -> None:
    both = {"product_id": (await api.make("product"))["id"], "service_id": (await api.make("service"))["id"]}
    answer = await api.post(OFFERING, components=[{"type": "access", "resource": "r", **both}])
    assert codes(answer) == {("/components/0", "one-of")}


async def test_an_offering_is_launched_with_components_that_operate(api: Api) -> None:
    service, group = await api.make("service", state="released"), await api.make("consumer_group")
    part = {"type": "access", "resource": "r", "service_id": service["id"]}
    made = await api.make(OFFERING, state="active", components=[part], consumer_group_ids=[group["id"]])
    answer = await api.transition(OFFERING, made["id"], "launched")
    assert codes(answer) == {("/components/0/service_id", "service-not-operational")}
    await api.transition(SERVICE, service["id"], "operational")
    assert (await api.transition(OFFERING, made["id"], "launched")).status_code == 200


async def test_an_offering_is_not_launched_with_a_service_that_was_deleted(api: Api) -> None:
    service, group = await api.make("service"), await api.make("consumer_group")
    content = {"components": [{"type": "goods", "item": "a box"}], "consumer_group_ids": [group["id"]]}
    made = await api.make(OFFERING, state="active", service_ids=[service["id"]], **content)
    assert (await api.delete(SERVICE, service["id"])).status_code == 204
    answer = await api.transition(OFFERING, made["id"], "launched")
    assert codes(answer) == {("/service_ids/0", "service-not-operational")}


async def test_a_provider_may_be_a_partner_that_is_there_and_has_not_ended(api: Api) -> None:
    partner = await api.make("partner", type="supplier")
    provider = {"kind": "partner", "id": partner["id"]}
    assert (await api.post(CONTRACT, provider=provider)).status_code == 201
    strange = await api.post(CONTRACT, provider=provider | {"id": new_id()})
    assert codes(strange) == {("/provider", "unknown-reference")}
    for state in ("active", "exiting", "ended"):
        assert (await api.transition(PARTNER, partner["id"], state)).status_code == 200
    assert codes(await api.post(CONTRACT, provider=provider)) == {("/provider", "terminal-reference")}


@pytest.mark.parametrize(
    ("element", "pointer", "code"),
    [
        ({"type": "people"}, "/elements/0", "one-of"),
        ({"type": "people", "not_applicable": True}, "/elements/0/reason", "reason-missing"),
        (
            {"type": "people", "ref": {"kind": "process", "id": new_id()}},
            "/elements/0/ref/kind",
            "element-type-mismatch",
        ),
        ({"type": "product", "ref": {"kind": "product", "id": new_id()}}, "/elements/0/ref", "unknown-reference"),
        ({"type": "partner", "ref": {"kind": "party", "id": new_id()}}, "/elements/0/ref/kind", "literal-error"),
    ],
)
async def test_an_element_names_something_of_its_p_or_says_why_not(
    api: Api, element: State, pointer: str, code: str
) -> None:
    answer = await api.post(PACKAGE, elements=[element])
    assert (answer.status_code, codes(answer)) == (422, {(pointer, code)})


async def test_an_element_may_name_a_role_that_this_owner_does_not_know(api: Api) -> None:
    """It belongs to another owner, and may be on its way."""
    people = {"type": "people", "ref": {"kind": "role", "id": new_id()}, "competence": "radio procedure"}
    assert (await api.post(PACKAGE, elements=[people])).status_code == 201


async def of_one_service(api: Api, state: str) -> list[State]:
    service = (await api.make("service"))["id"]
    return [await api.make(PACKAGE, service_id=service, state=state) for _ in range(WRITERS)]


async def states(api: Api, packages: list[State]) -> Counter[str]:
    found = await api.items(PACKAGE, service_id=packages[0]["service_id"], limit=200)
    return Counter(each["state"] for each in found)


async def test_of_many_packages_that_are_accepted_at_once_the_last_is_live(api: Api) -> None:
    packages = await of_one_service(api, "reviewed")
    answers = await asyncio.gather(*(api.transition(PACKAGE, each["id"], "accepted") for each in packages))
    assert Counter(answer.status_code for answer in answers) == {200: WRITERS}
    assert await states(api, packages) == {"accepted": 1, "outdated": WRITERS - 1}


async def test_of_many_packages_found_accepted_at_once_one_is(api: Api) -> None:
    packages = await of_one_service(api, "reviewed")
    answers = await asyncio.gather(*(api.correct(PACKAGE, each["id"], "accepted") for each in packages))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 422: WRITERS - 1}
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert codes(refused) == {("/service_id", "package-exists")}
    assert await states(api, packages) == {"accepted": 1, "reviewed": WRITERS - 1}


async def test_who_changes_a_package_while_another_takes_its_place_is_not_in_the_way(api: Api) -> None:
    for _ in range(8):
        service = (await api.make("service"))["id"]
        old, new = [await api.make(PACKAGE, service_id=service, state=state) for state in ("accepted", "reviewed")]
        changes = [api.patch(PACKAGE, old["id"], {"description": str(n)}, if_match="*") for n in range(8)]
        answers = await asyncio.gather(*changes, api.transition(PACKAGE, new["id"], "accepted"))
        assert {answer.status_code for answer in answers} == {200}
        assert await states(api, [old]) == {"accepted": 1, "outdated": 1}


async def test_the_newest_package_counts_until_one_is_accepted(api: Api) -> None:
    service = await api.make("service", state="designed")
    reason = {"not_applicable": True, "reason": "It needs none."}
    whole = [{"type": p, **reason} for p in ("people", "process", "product", "partner")]
    first = await api.make(PACKAGE, service_id=service["id"], elements=whole, state="reviewed")
    # its id is the smaller one, and it is the newer of the two
    low = f"00000000{new_id()[8:]}"
    await api.put(PACKAGE, low, {"name": "Draft", "service_id": service["id"]})
    refused = await api.transition(SERVICE, service["id"], "developed")
    assert {code for _, code in codes(refused)} == {"design-incomplete"}
    assert (await api.transition(PACKAGE, first["id"], "accepted")).status_code == 200
    assert (await api.transition(SERVICE, service["id"], "developed")).status_code == 200


async def test_a_category_is_in_the_catalogue_of_the_one_above_it(api: Api) -> None:
    one, two = (await api.make("catalog"))["id"], (await api.make("catalog"))["id"]
    top = await api.make(CATEGORY, catalog_id=one)
    below = await api.make(CATEGORY, catalog_id=one, parent_id=top["id"])
    for catalog in ({"catalog_id": two}, {}):
        answer = await api.post(CATEGORY, parent_id=top["id"], **catalog)
        assert (answer.status_code, codes(answer)) == (422, {("/parent_id", "catalog-mismatch")})
    moved = await api.patch(CATEGORY, top["id"], {"catalog_id": two}, if_match="*")
    assert (moved.status_code, codes(moved)) == (422, {("/catalog_id", "catalog-mismatch")})
    await api.patch(CATEGORY, below["id"], {"parent_id": None}, if_match="*")
    assert (await api.patch(CATEGORY, top["id"], {"catalog_id": two}, if_match="*")).status_code == 200


async def test_nobody_is_put_below_a_category_that_moves(api: Api) -> None:
    one, two = (await api.make("catalog"))["id"], (await api.make("catalog"))["id"]
    for _ in range(WRITERS):
        top = await api.make(CATEGORY, catalog_id=one)
        writes = [api.post(CATEGORY, catalog_id=one, parent_id=top["id"], key=f"k-{new_id()}") for _ in range(3)]
        writes.insert(1, api.patch(CATEGORY, top["id"], {"catalog_id": two}, if_match="*"))
        await asyncio.gather(*writes)
        above = (await api.get(CATEGORY, top["id"])).json()
        below = await api.items(CATEGORY, parent_id=top["id"])
        assert {each["catalog_id"] for each in below} <= {above["catalog_id"]}


async def test_categories_form_no_circle_however_many_try(api: Api) -> None:
    ring = [await api.make(CATEGORY) for _ in range(WRITERS)]
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    answers = await asyncio.gather(
        *(api.patch(CATEGORY, low["id"], {"parent_id": high["id"]}, if_match="*") for low, high in pairs)
    )
    assert Counter(answer.status_code for answer in answers) == {200: WRITERS - 1, 422: 1}
    assert [codes(answer) for answer in answers if answer.status_code == 422] == [{("/parent_id", "cycle")}]


async def test_a_circle_is_told_of_where_it_was_closed(api: Api) -> None:
    """Here a link closes half of it, and a field other than the parent the other half."""
    catalog, category = await api.make("catalog"), await api.make(CATEGORY)
    assert (await api.link("part_of", catalog, category)).status_code == 201
    answer = await api.patch(CATEGORY, category["id"], {"catalog_id": catalog["id"]}, if_match="*")
    assert (answer.status_code, codes(answer)) == (422, {("/catalog_id", "cycle")})


@pytest.mark.parametrize(
    ("component", "pointer", "code"),
    [
        ({"type": "goods"}, "/components/0/item", "missing"),
        ({"type": "goods", "item": "a box", "ownership_transfer": False}, "/components/0/ownership_transfer",
         "literal-error"),
        ({"type": "access", "terms": "by day"}, "/components/0/resource", "missing"),
        ({"type": "access", "resource": "a room", "ownership_transfer": True},
         "/components/0/ownership_transfer", "extra-forbidden"),
        ({"type": "action", "channel": "telephone"}, "/components/0/trigger", "missing"),
        ({"item": "a box"}, "/components/0", "union-tag-not-found"),
    ],
)  # fmt: skip
async def test_a_component_has_the_terms_of_its_type(api: Api, component: State, pointer: str, code: str) -> None:
    answer = await api.post(OFFERING, components=[component])
    assert (answer.status_code, codes(answer)) == (422, {(pointer, code)})


async def test_ownership_moves_for_goods_and_never_for_access(api: Api) -> None:
    components = [{"type": "goods", "item": "a box"}, {"type": "access", "resource": "a room"}]
    goods, access = (await api.make(OFFERING, components=components))["components"]
    assert goods["ownership_transfer"] is True
    assert "ownership_transfer" not in access
