"""References by fields: ends in this service exist and are not terminal; ends in other services are never checked."""

import pytest

from shared.contracts import NODE_KINDS, Kind
from tests.service.api import Api, codes, new_id, one_loop, some_nodes

pytestmark = one_loop

OWN = [
    ("objective", "parent_id", "objective"), ("contract", "parent_id", "contract"), ("party", "parent_id", "party"),
    ("service_offering", "service_ids", "service"), ("service_offering", "consumer_group_ids", "consumer_group"),
    ("service_offering", "migration_to_id", "service_offering"), ("product", "partner_id", "partner"),
    ("design_package", "service_id", "service"), ("category", "offering_ids", "service_offering"),
    ("category", "catalog_id", "catalog"), ("category", "parent_id", "category"),
]  # fmt: skip
own_references = pytest.mark.parametrize(("kind", "member", "target"), OWN, ids=lambda value: value)


def value_of(member: str, id: str) -> object:
    return [id] if member.endswith("_ids") else id


def pointer_of(member: str) -> str:
    return f"/{member}/0" if member.endswith("_ids") else f"/{member}"


@own_references
async def test_an_end_of_this_service_exists(api: Api, kind: str, member: str, target: str) -> None:
    there = await api.make(target)
    assert (await api.make(kind, **{member: value_of(member, there["id"])}))["version"] == 1
    answer = await api.post(NODE_KINDS[kind], **{member: value_of(member, new_id())})
    assert (answer.status_code, codes(answer)) == (422, {(pointer_of(member), "unknown-reference")})


@own_references
async def test_nothing_new_refers_to_what_has_ended(api: Api, kind: str, member: str, target: str) -> None:
    lifecycle = NODE_KINDS[target].lifecycle
    ended = await api.make(target, state=next(s for s in lifecycle.states if lifecycle.is_terminal(s)))
    answer = await api.post(NODE_KINDS[kind], **{member: value_of(member, ended["id"])})
    assert (answer.status_code, codes(answer)) == (422, {(pointer_of(member), "terminal-reference")})
    found = await api.post(
        NODE_KINDS[kind], state=NODE_KINDS[kind].lifecycle.states[1], **{member: value_of(member, ended["id"])}
    )
    assert found.status_code == 201


@own_references
async def test_what_ends_later_stays_referred_to(api: Api, kind: str, member: str, target: str) -> None:
    lifecycle = NODE_KINDS[target].lifecycle
    there = await api.make(target)
    made = await api.make(kind, **{member: value_of(member, there["id"])})
    ended = {"state": next(s for s in lifecycle.states if lifecycle.is_terminal(s))}
    await api.patch(NODE_KINDS[target], there["id"], ended, if_match="*")
    answer = await api.patch(NODE_KINDS[kind], made["id"], {"description": "still here"}, if_match="*")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("outcome", {"consumer_group_id": new_id()}),
        ("service_offering", {"commitments": [{"metric": "m", "comparator": "<", "value": 1, "kpi_id": new_id()}]}),
        ("contract", {"provider": {"kind": "party", "id": new_id()}, "customer": {"kind": "party", "id": new_id()}}),
    ],
)
async def test_ends_in_other_services_are_never_checked(api: Api, kind: str, members: dict[str, object]) -> None:
    assert (await api.post(NODE_KINDS[kind], **members)).status_code == 201


@some_nodes
async def test_an_owner_is_checked_only_where_parties_are_kept(api: Api, kind: Kind) -> None:
    owner = {"kind": "party", "id": new_id()}
    answer = await api.post(kind, owner=owner)
    assert answer.status_code == (422 if kind.service == "roles" else 201)
    if kind.service == "roles":
        assert codes(answer) == {("/owner", "unknown-reference")}


@pytest.mark.parametrize(
    ("kind", "members", "pointer"),
    [
        ("outcome", {"stakeholder_ids": [new_id()]}, "/stakeholder_ids/0"),
        ("product", {"partner_id": new_id()}, "/partner_id"),
        ("contract", {"provider": {"kind": "partner", "id": new_id()}}, "/provider"),
        ("service_offering", {"components": [{"type": "access", "resource": "r", "product_id": new_id()}]},
         "/components/0/product_id"),
        ("design_package", {"elements": [{"type": "process", "ref": {"kind": "process", "id": new_id()}},
                                         {"type": "partner", "ref": {"kind": "partner", "id": new_id()}}]},
         "/elements/1/ref"),
    ],
)  # fmt: skip
async def test_the_error_points_into_the_body(api: Api, kind: str, members: dict[str, object], pointer: str) -> None:
    answer = await api.post(NODE_KINDS[kind], **members)
    assert (answer.status_code, codes(answer)) == (422, {(pointer, "unknown-reference")})


async def test_every_wrong_reference_is_told_at_once(api: Api) -> None:
    answer = await api.post(NODE_KINDS["service_offering"], service_ids=[new_id(), new_id()], migration_to_id=new_id())
    assert {pointer for pointer, _ in codes(answer)} == {"/service_ids/0", "/service_ids/1", "/migration_to_id"}
