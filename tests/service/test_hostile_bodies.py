"""Hostile bodies: each answer is a refusal in one form that repeats nothing, or a success that is read back."""

import json
from typing import Any

import httpx
import pytest

from shared.contracts import NODE_KINDS
from tests.service.api import SECRET, Api, is_problem, new_id, one_loop
from tests.unit.hostile import REFUSED_AS_JSON, REFUSED_BY_CONTRACT, TAKEN

pytestmark = one_loop
TACTIC = NODE_KINDS["tactic"]
TACTICS = "/strategy/v1/tactics"


async def writes(api: Api, raw: bytes, **headers: str) -> list[httpx.Response]:
    """The body given to every route that takes one."""
    made = await api.make(TACTIC)
    given = {"Content-Type": "application/json", "If-Match": "*", **headers}
    routes = [("POST", TACTICS), ("PUT", api.path(TACTIC, new_id())), ("PATCH", api.path(TACTIC, made["id"]))]
    routes.append(("POST", api.path(TACTIC, made["id"], "transitions")))
    return [await api.send(method, path, content=raw, headers=given) for method, path in routes]


@pytest.mark.parametrize("raw", REFUSED_AS_JSON.values(), ids=REFUSED_AS_JSON)
async def test_what_is_no_json_is_refused_everywhere(api: Api, raw: bytes) -> None:
    for answer in await writes(api, raw):
        assert answer.status_code == 400
        assert is_problem(answer)


@pytest.mark.parametrize("raw", REFUSED_BY_CONTRACT.values(), ids=REFUSED_BY_CONTRACT)
async def test_what_is_no_tactic_is_refused(api: Api, raw: bytes) -> None:
    post, put, *_ = await writes(api, raw)
    for answer in (post, put):
        assert answer.status_code == 422
        assert is_problem(answer)
        assert len(answer.content) < 20_000


@pytest.mark.parametrize("raw", TAKEN.values(), ids=TAKEN)
async def test_what_is_odd_and_right_is_read_back(api: Api, raw: bytes) -> None:
    made = await api.send("POST", TACTICS, content=raw)
    assert made.status_code == 201
    read = await api.send("GET", made.headers["location"])
    assert read.content == made.content
    sent = json.loads(raw)
    assert (read.json()["name"], read.json()["custom"]) == (sent["name"], sent.get("custom", {}))


@pytest.mark.parametrize(
    "media",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
        "json",
        "application/json; charset=utf-16",
        "application/json; charset=bogus",
        "application/jsonp",
        "text/json",
        "*/*",
    ],
)
async def test_only_json_is_read(api: Api, media: str) -> None:
    for answer in await writes(api, b'{"name": "x"}', **{"Content-Type": media}):
        assert answer.status_code == 415
        assert is_problem(answer)


@pytest.mark.parametrize(
    "media",
    ["application/json", "APPLICATION/JSON", 'application/json; charset="UTF-8"', "application/merge-patch+json"],
)
async def test_json_has_many_names(api: Api, media: str) -> None:
    assert (await writes(api, b'{"name": "x"}', **{"Content-Type": media}))[0].status_code == 201


@pytest.mark.parametrize(
    "raw",
    [
        {"name": 5, "side": SECRET},
        {"name": {"a": SECRET}},
        {"name": "x", "budget": SECRET},
        {"name": "x", "owner": SECRET},
        {"name": "x", "owner": {"kind": SECRET, "id": SECRET}},
        {"name": "x", "valid_from": SECRET},
        {"name": "x", "key": f"{SECRET} !"},
        {"name": "x", "tags": [[SECRET]]},
        {"name": "x", "state": SECRET},
        {"name": "x", "criticality": SECRET},
        {"name": "x", "review": {"cadence": SECRET}},
        {"name": "x", "custom": SECRET},
        {"name": SECRET * 100},
        {"name": "x", "external_refs": [{"system": SECRET, "id": 5}]},
        {"name": "x", "provenance": [{"wrote": SECRET}]},
    ],
    ids=str,
)
async def test_no_refusal_repeats_a_value(api: Api, raw: dict[str, Any]) -> None:
    for answer in (await writes(api, json.dumps(raw).encode()))[:3]:
        assert answer.status_code == 422
        assert is_problem(answer)


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("/catalog/v1/service-offerings", {"name": "x", "components": [{"type": SECRET}]}),
        ("/catalog/v1/service-offerings", {"name": "x", "components": [{"type": {"a": SECRET}}]}),
        ("/catalog/v1/contracts", {"name": "x", "provider": {"kind": SECRET, "id": SECRET}}),
        ("/strategy/v1/objectives", {"name": "x", "due": SECRET}),
        ("/strategy/v1/links", {"type": SECRET, "source": SECRET, "target": {"kind": SECRET, "id": SECRET}}),
    ],
    ids=str,
)
async def test_nor_one_deeper_inside(api: Api, path: str, raw: dict[str, Any]) -> None:
    answer = await api.send("POST", path, json=raw)
    assert answer.status_code == 422
    assert is_problem(answer)


async def test_a_body_has_a_size(api: Api) -> None:
    for answer in await writes(api, b'{"name": "x", "custom": {"a": "' + b"x" * 1_048_576 + b'"}}'):
        assert answer.status_code == 413
        assert is_problem(answer)


async def test_an_entity_has_a_size(api: Api) -> None:
    for text in ("x" * 262_144, "\U0001f600" * 66_000):  # in bytes, whatever a letter takes
        whole = json.dumps({"name": "x", "custom": {"a": text}}, ensure_ascii=False).encode()
        assert (await api.send("POST", TACTICS, content=whole)).status_code == 413
    made = await api.make(TACTIC, custom={"a": "x" * 200_000})
    answer = await api.patch(TACTIC, made["id"], {"custom": {"b": "x" * 100_000}}, if_match="1")
    assert answer.status_code == 413
    assert is_problem(answer)
    assert (await api.get(TACTIC, made["id"])).json() == made
