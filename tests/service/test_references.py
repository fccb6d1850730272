"""References by fields: ends in this service exist and are not terminal; ends in other services are never checked."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts import NODE_KINDS, Kind
from shared.contracts.reference import Reference
from tests.service.api import NODES, Api, State, codes, new_id, one_loop, some_nodes

pytestmark = one_loop

PAIRS = {
    "scope": ("process",),
    "provider": ("partner",),
    "customer": ("consumer_group",),
    "elements[].ref": ("product", "partner"),
    "items[]": ("objective", "kpi", "stakeholder"),
}
"""Of fields that hold a kind beside the id: what they may name in their own service."""
ITEMS: dict[str, State] = {
    "components": {"type": "access", "resource": "r"},
    "elements": {"type": "product"},
    "raci": {},
    "items": {},
}
"""What an item of a list needs besides the reference."""


def _own() -> Iterator[Any]:
    for kind in NODES:
        for reference in kind.references:
            for target in reference.kinds or PAIRS.get(reference.path, ()):
                if NODE_KINDS[target].service == kind.service and reference.relation != "supersedes":
                    yield pytest.param(kind, reference, target, id=f"{kind.name}.{reference.path}-{target}")


own_references = pytest.mark.parametrize(("kind", "reference", "target"), list(_own()))


def holding(reference: Reference, target: str, id: str) -> tuple[State, str]:
    """The member that holds a reference, and the pointer to it."""
    value: Any = id if reference.kinds else {"kind": target, "id": id}
    name, bracket, rest = reference.path.partition("[")
    condition, _, inner = rest.partition("]")
    if not bracket:
        return {name: value}, f"/{name}"
    if not inner:
        return {name: [value]}, f"/{name}/0"
    chosen, _, letter = condition.partition("=")
    item = {**ITEMS[name], **({chosen: letter} if chosen else {}), inner.removeprefix("."): value}
    if name == "elements":
        item["type"] = target
    return {name: [item]}, f"/{name}/0/{inner.removeprefix('.')}"


def over(target: str) -> str:
    lifecycle = NODE_KINDS[target].lifecycle
    return next(state for state in lifecycle.states if lifecycle.is_terminal(state))


@own_references
async def test_an_end_of_this_service_exists(api: Api, kind: Kind, reference: Reference, target: str) -> None:
    there, _ = holding(reference, target, (await api.make(target))["id"])
    assert (await api.make(kind, **there))["version"] == 1
    gone, pointer = holding(reference, target, new_id())
    answer = await api.post(kind, **gone)
    assert (answer.status_code, codes(answer)) == (422, {(pointer, "unknown-reference")})


@own_references
async def test_nothing_new_refers_to_what_has_ended(api: Api, kind: Kind, reference: Reference, target: str) -> None:
    ended, pointer = holding(reference, target, (await api.make(target, state=over(target)))["id"])
    answer = await api.post(kind, **ended)
    assert (answer.status_code, codes(answer)) == (422, {(pointer, "terminal-reference")})
    assert (await api.post(kind, state=kind.lifecycle.initial, **ended)).status_code == 201, "registered as found"


@own_references
async def test_what_ends_later_stays_referred_to(api: Api, kind: Kind, reference: Reference, target: str) -> None:
    there = await api.make(target)
    made = await api.make(kind, **holding(reference, target, there["id"])[0])
    await api.patch(NODE_KINDS[target], there["id"], {"state": over(target)}, if_match="*")
    answer = await api.patch(kind, made["id"], {"description": "still here"}, if_match="*")
    assert answer.status_code == 200


async def test_only_who_may_register_refers_to_what_has_ended(api: Api) -> None:
    ended = await api.make("party", state="left")
    answer = await api.without("roles:register").post(NODE_KINDS["party"], state="active", parent_id=ended["id"])
    assert codes(answer) == {("/parent_id", "terminal-reference")}


async def test_a_correction_takes_the_place_of_what_was_withdrawn(api: Api) -> None:
    wrong = await api.make("measurement", state="withdrawn")
    right = await api.make("measurement", kpi_id=wrong["kpi_id"], corrects_id=wrong["id"])
    assert right["corrects_id"] == wrong["id"]


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
