"""Who may do what: nothing without a token, and only what its scopes say."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.config import SERVICES
from shared.contracts import OWNERS, Kind
from shared.scopes import ALL_SCOPES
from tests.service.api import Api, new_id, one_loop, some_kinds

pytestmark = one_loop
OPEN = {"livez", "readyz", "docs", "openapi.json", "asyncapi.json"}


async def operations(api: Api, service: str) -> AsyncIterator[tuple[str, str]]:
    paths: dict[str, Any] = (await api.send("GET", f"/{service}/openapi.json")).json()["paths"]
    for path, item in paths.items():
        for method in item:
            yield (
                method.upper(),
                path.replace("{id}", new_id()).replace("{kind}", "service").replace("{process_id}", new_id()),
            )


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_needs_a_token(api: Api, service: str) -> None:
    seen = 0
    async for method, path in operations(api, service):
        answer = await api.send(method, path, headers={"Authorization": ""})
        assert (method, path, answer.status_code) == (method, path, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        seen += 1
    assert seen > 5


NEEDED: dict[str, dict[str, Any]] = {
    "/strategy/v1/signature-log/consistency": {"first": 1, "second": 1},
    "/alignment/v1/forecast": {"until": "2999-01-01"},
}
"""Parameters without which a path asks nothing."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_needs_a_scope_of_its_own_service(api: Api, service: str) -> None:
    stranger = api.as_caller(*(scope for scope in ALL_SCOPES if not scope.startswith(f"{service}:")))
    async for method, path in operations(api, service):
        answer = await stranger.send(
            method, path, params=NEEDED.get(path) or ({"reason": "x"} if method == "DELETE" else {})
        )
        assert (method, path, answer.status_code) == (method, path, 403)


@pytest.mark.parametrize("service", SERVICES)
async def test_health_and_documentation_are_open(api: Api, service: str) -> None:
    for name in OPEN:
        answer = await api.send("GET", f"/{service}/{name}", headers={"Authorization": ""})
        assert (name, answer.status_code) == (name, 200)
    assert (await api.send("GET", f"/{service}/metrics", headers={"Authorization": ""})).status_code == 401


@some_kinds
async def test_reading_and_writing_are_two_scopes(api: Api, kind: Kind) -> None:
    made = await api.make(kind)
    reader, writer = api.as_caller(f"{kind.service}:read"), api.as_caller(f"{kind.service}:write")
    body = await api.body(kind)
    for method, path in (
        ("POST", api.path(kind)), ("PUT", api.path(kind, made["id"])), ("PATCH", api.path(kind, made["id"])),
        ("DELETE", api.path(kind, made["id"]) + "?reason=x"), ("POST", api.path(kind, made["id"], "transitions")),
    ):  # fmt: skip
        answer = await reader.send(method, path, json=body, headers={"If-Match": "*"})
        assert (method, answer.status_code) == (method, 403)
        assert answer.json()["scope"] == f"{kind.service}:write"
    for path in (
        api.path(kind), api.path(kind, made["id"]), api.path(kind, made["id"], "history"), f"/{kind.service}/v1/changes"
    ):  # fmt: skip
        assert (await reader.send("GET", path)).status_code == 200
        assert (await writer.send("GET", path)).status_code == 403
    assert (await writer.send("POST", api.path(kind), json=body)).status_code == 201


@pytest.mark.parametrize("service", OWNERS)
async def test_a_path_that_only_begins_like_an_open_one_is_not_open(api: Api, service: str) -> None:
    for path in (
        f"/{service}",
        f"/{service}/",
        f"/{service}/livez/",
        f"//{service}/livez",
        f"/{service}/v1/livez",
        "/x",
    ):
        answer = await api.send("GET", f"http://plumbline{path}", headers={"Authorization": ""})
        assert (path, answer.status_code) == (path, 401)
