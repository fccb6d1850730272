"""PATCH: JSON merge patch (RFC 7396) of the body that would make the current state."""

from typing import Any

import pytest

from shared.contracts import Kind
from tests.service.api import Api, a_change, codes, every_link, new_id, one_loop, required, some_kinds, some_nodes

pytestmark = one_loop


@some_kinds
async def test_it_changes_what_it_names_and_nothing_else(api: Api, kind: Kind) -> None:
    before = await api.make(kind, valid_from="2020-01-01T00:00:00Z")
    answer = await api.patch(kind, before["id"], a_change(kind, "new"), if_match="1")
    after = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    differing = {name for name in after if after[name] != before[name]}
    assert differing == {*a_change(kind, ""), "version", "updated_at"}


@some_kinds
async def test_null_takes_away(api: Api, kind: Kind) -> None:
    before = await api.make(kind, **a_change(kind, "old"))
    answer = await api.patch(kind, before["id"], dict.fromkeys(a_change(kind, "")), if_match="1")
    assert answer.json()[next(iter(a_change(kind, "")))] is None


@some_kinds
async def test_it_needs_the_version_that_was_read(api: Api, kind: Kind) -> None:
    id = (await api.make(kind))["id"]
    assert (await api.patch(kind, id, {})).status_code == 428
    assert (await api.patch(kind, id, {}, if_match="2")).status_code == 412
    assert (await api.patch(kind, new_id(), {}, if_match="1")).status_code == 404


@some_kinds
async def test_a_patch_without_effect_makes_no_version(api: Api, kind: Kind) -> None:
    before = await api.post(kind)
    for merge in ({}, {"state_reason": None}, {"state": None}):
        answer = await api.patch(kind, before.json()["id"], merge, if_match="1")
        assert (answer.status_code, answer.content) == (200, before.content)


@every_link
@pytest.mark.parametrize("merge", [[], "x", 1, None, True], ids=repr)
async def test_a_patch_is_an_object(api: Api, kind: Kind, merge: Any) -> None:
    id = (await api.make(kind))["id"]
    answer = await api.patch(kind, id, merge, if_match="1")
    assert (answer.status_code, codes(answer)) == (422, {("", "object-expected")})


@some_nodes
async def test_what_is_required_cannot_be_taken_away(api: Api, kind: Kind) -> None:
    id = (await api.make(kind))["id"]
    for name in required(kind):
        answer = await api.patch(kind, id, {name: None}, if_match="1")
        assert (answer.status_code, codes(answer)) == (422, {(f"/{name}", "missing")})


@pytest.mark.parametrize(
    ("before", "merge", "after"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": "b"}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({"a": [None]}, {"b": [None, {"c": None}]}, {"a": [None], "b": [None, {"c": None}]}),
    ],
    ids=repr,
)  # fmt: skip
async def test_members_are_merged_as_the_standard_says(api: Api, before: Any, merge: Any, after: Any) -> None:
    tactic = await api.make("tactic", custom=before)
    path = f"/strategy/v1/tactics/{tactic['id']}"
    answer = await api.send("PATCH", path, json={"custom": merge}, headers={"If-Match": "*"})
    assert answer.json()["custom"] == after


async def test_a_member_that_was_null_grows_from_nothing(api: Api) -> None:
    tactic = await api.make("tactic")
    path = f"/strategy/v1/tactics/{tactic['id']}"
    merge = {"review": {"cadence": "monthly", "last_by": None}}
    answer = await api.send("PATCH", path, json=merge, headers={"If-Match": "*"})
    assert answer.json()["review"] == {
        "cadence": "monthly",
        "last_at": None,
        "last_by": None,
        "next_due": None,
        "comment": None,
    }


async def test_what_was_merged_is_checked_as_a_whole(api: Api) -> None:
    tactic = await api.make("tactic", valid_from="2024-01-01T00:00:00Z")
    path = f"/strategy/v1/tactics/{tactic['id']}"
    answer = await api.send("PATCH", path, json={"valid_to": "2023-01-01T00:00:00Z"}, headers={"If-Match": "*"})
    assert (answer.status_code, codes(answer)) == (422, {("/valid_to", "invalid-interval")})
