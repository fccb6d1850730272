"""Both databases answer alike: the same requests in the same order, the same status and body, apart from the clock."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.contracts import RECORDED
from tests.backends.databases import new_databases
from tests.platform import Platform, running, settings_for
from tests.service.api import ALL_KINDS, Api
from tests.unit.hostile import REFUSED_AS_JSON, REFUSED_BY_CONTRACT, TAKEN

Request = tuple[str, str, dict[str, Any]]
_CLOCK = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
NAMES = [
    "b",
    "a",
    "Z",
    "z",
    "ä",
    "Ä",
    "ß",
    "SS",
    "a b",
    "a-b",
    "a_b",
    "日",
    "😀",
    "\uffff",
    "é",
    "e\u0301",
    "10",
    "9",
    "-",
    "İ",
]


def id_of(n: int) -> str:
    return str(UUID(int=n, version=4))


def put(kind: Any, n: int, **members: Any) -> Request:
    return "PUT", f"/{kind.service}/v1/{kind.collection}/{id_of(n)}", {"json": members}


def lives() -> list[Request]:
    """Every kind through every verb."""
    found: list[Request] = []
    for n, kind in enumerate(ALL_KINDS):
        first = RECORDED[kind.service][0]
        ends = {"source": {"kind": first.name, "id": id_of(900)}, "target": {"kind": "kpi", "id": id_of(901)}}
        body = {"type": "relates_to", **ends} if kind.is_link else {"name": f"N {n}", "tags": ["t"]}
        path = f"/{kind.service}/v1/{kind.collection}/{id_of(n)}"
        any_version = {"headers": {"If-Match": "*"}}
        found += [
            put(first, 900, name="End"),
            put(kind, n, **body),
            put(kind, n, **body),
            put(kind, n, **body, state_reason="x"),
            ("PATCH", path, {"json": {"valid_from": "2020-02-30T00:00:00Z"}, **any_version}),
            ("PATCH", path, {"json": {"valid_from": "2020-02-29T00:00:00.123456+05:30"}, **any_version}),
            ("POST", f"{path}/transitions", {"json": {"to": kind.lifecycle.states[1]}, **any_version}),
            ("POST", f"{path}/transitions", {"json": {"to": kind.lifecycle.states[0]}, **any_version}),
            ("DELETE", f"{path}?reason=x", any_version),
            ("GET", path, {}),
            ("GET", f"{path}?version=1", {}),
            ("GET", f"{path}/history", {}),
            ("GET", f"/{kind.service}/v1/{kind.collection}?limit=3", {}),
        ]
    return found


def lists() -> list[Request]:
    """One collection in every order, and every search in it."""
    roles = next(kind for kind in ALL_KINDS if kind.name == "role")
    found = [put(roles, 1000 + n, name=name, seats=n % 3, tags=[name]) for n, name in enumerate(NAMES)]
    base = "/roles/v1/roles"
    for sort in ("id", "key", "name", "created_at", "updated_at"):
        found += [("GET", f"{base}?sort={sign}{sort}&limit=200", {}) for sign in ("", "-")]
    for name in [*NAMES, "%", "_", "\\", "/", "'", '"', "ss", "I"]:
        found += [("GET", base, {"params": {parameter: name}}) for parameter in ("q", "tag", "key", "state")]
    return found


def hostile() -> list[Request]:
    raws = [*REFUSED_AS_JSON.values(), *REFUSED_BY_CONTRACT.values(), *TAKEN.values()]
    found: list[Request] = [
        ("PUT", f"/strategy/v1/tactics/{id_of(2000 + n)}", {"content": raw}) for n, raw in enumerate(raws)
    ]
    found += [("GET", f"/strategy/v1/tactics/{id_of(2000 + n)}", {}) for n in range(len(raws))]
    cursors = ["x", "WzFd", "WyJhIiwiYiJd", "WyJcdTAwMDAiLCJiIl0", "WzkyMjMzNzIwMzY4NTQ3NzU4MDgsMV0"]
    found += [
        ("GET", f"/strategy/v1/tactics?cursor={c}&sort={s}", {}) for c in cursors for s in ("id", "name", "updated_at")
    ]
    return found


@pytest.fixture
async def both(postgres_url: str, tmp_path: Path) -> AsyncIterator[list[Platform]]:
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(new_databases(postgres_url))
        urls = {"sqlite": {}, "postgres": {"database_url": template}}
        yield [
            await stack.enter_async_context(running(settings_for(tmp_path / name, **url))) for name, url in urls.items()
        ]


async def told(platform: Platform, request: Request) -> tuple[int, str]:
    method, path, more = request
    answer = await Api(platform).send(method, path, **more)
    return answer.status_code, _ID.sub("<id>", _CLOCK.sub("<moment>", answer.text))


@pytest.mark.postgres
@pytest.mark.parametrize("requests", [lives(), lists(), hostile()], ids=["lives", "lists", "hostile"])
async def test_the_same_requests_have_the_same_answers(both: list[Platform], requests: list[Request]) -> None:
    for request in requests:
        sqlite, postgres = [await told(platform, request) for platform in both]
        assert sqlite == postgres, request
        assert sqlite[0] < 500
