"""GET /{collection}/by-key/{key}, for every kind that has keys."""

import pytest

from shared.contracts import LINKS, NODE_KINDS, Kind
from tests.service.api import Api, State, new_id, one_loop, some_nodes

pytestmark = one_loop


async def by_key(api: Api, kind: Kind, key: str, **headers: str) -> tuple[int, State, dict[str, str]]:
    answer = await api.send("GET", api.path(kind, "by-key", key), headers=headers)
    return answer.status_code, answer.json() if answer.content else {}, dict(answer.headers)


@some_nodes
async def test_it_is_what_its_id_gives_and_says_where_that_is(api: Api, kind: Kind) -> None:
    made = await api.make(kind)
    status, state, headers = await by_key(api, kind, made["key"])
    assert (status, state) == (200, made)
    assert (headers["etag"], headers["content-location"]) == ('"1"', api.path(kind, made["id"]))


@some_nodes
async def test_a_version_that_the_caller_holds_is_not_sent_again(api: Api, kind: Kind) -> None:
    key = (await api.make(kind))["key"]
    status, _, headers = await by_key(api, kind, key, **{"If-None-Match": '"1"'})
    assert (status, headers["etag"]) == (304, '"1"')


@pytest.mark.parametrize("key", ["history", "reviews", "proof", "drift", "sign-offs", "signatures", "by-key"])
async def test_a_key_may_be_called_like_a_route(api: Api, key: str) -> None:
    kind = NODE_KINDS["increment"]
    made = await api.make(kind, key=key)
    status, state, _ = await by_key(api, kind, key)
    assert (status, state["id"]) == (200, made["id"])


@pytest.mark.parametrize(
    "key", ["nobody-has-this", "UPPER", "a b", "ü", "7d4f0000-0000-4000-8000-000000000001", "'--", "k" * 400]
)
async def test_a_key_that_nobody_has_is_not_found(api: Api, key: str) -> None:
    status, problem, _ = await by_key(api, NODE_KINDS["service"], key)
    assert (status, problem["type"]) == (404, "urn:plumbline:problem:not-found")


async def test_what_was_deleted_is_gone_until_somebody_else_has_its_key(api: Api) -> None:
    kind = NODE_KINDS["objective"]
    made = await api.make(kind, key="short-lived")
    await api.delete(kind, made["id"], "entered twice")
    status, problem, _ = await by_key(api, kind, "short-lived")
    assert (status, problem["last"]["id"], problem["last"]["state_reason"]) == (410, made["id"], "entered twice")
    other = await api.make(kind, key="short-lived")
    status, state, _ = await by_key(api, kind, "short-lived")
    assert (status, state["id"]) == (200, other["id"])


async def test_who_came_back_under_another_key_is_not_gone(api: Api) -> None:
    kind = NODE_KINDS["objective"]
    id, body = new_id(), await api.body(kind)
    await api.put(kind, id, body | {"key": "key-of-before"})
    await api.delete(kind, id)
    await api.put(kind, id, body | {"key": "key-of-after"}, if_none_match="*")
    assert (await by_key(api, kind, "key-of-before"))[0] == 404
    assert (await by_key(api, kind, "key-of-after"))[0] == 200


async def test_links_have_no_keys(api: Api) -> None:
    assert (await by_key(api, LINKS["catalog"], "any"))[0] == 404


async def test_it_takes_the_right_to_read(api: Api) -> None:
    kind = NODE_KINDS["service"]
    key = (await api.make(kind))["key"]
    assert (await by_key(api.without("catalog:read"), kind, key))[0] == 403
