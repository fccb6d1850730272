"""Hostile addresses, parameters and headers: each answer is an ordinary one, or a refusal that repeats nothing."""

import pytest

from shared.contracts import NODE_KINDS
from tests.service.api import SECRET, Api, is_problem, one_loop

pytestmark = one_loop
TACTIC = NODE_KINDS["tactic"]
TACTICS = "/strategy/v1/tactics"


@pytest.mark.parametrize(
    "query",
    [
        f"sort={SECRET}",
        f"limit={SECRET}",
        f"cursor={SECRET}",
        f"owner_id={SECRET}",
        f"updated_since={SECRET}",
        f"q={SECRET}%00",
        "limit=1&limit=x",
        "state=%2a",
        "type=x",
        "limit=",
        "cursor=%ff",
        "limit=1e3",
        "limit=0x10",
        "limit=9999999999999999999999",
        "&".join(["a=1"] * 900),
    ],
)
async def test_a_query_that_is_refused(api: Api, query: str) -> None:
    answer = await api.send("GET", f"{TACTICS}?{query}")
    assert answer.status_code == 422
    assert is_problem(answer)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "limit=1&limit=2",
        "q=%25",
        "q=_",
        "q=%F0%9F%98%80",
        "q=" + "x" * 500,
        "tag='--",
        "key=%22",
    ],
)
async def test_a_query_that_finds_what_it_finds(api: Api, query: str) -> None:
    answer = await api.send("GET", f"{'/strategy/v1/strategies'}?{query}")
    assert answer.status_code == 200
    assert answer.json().keys() == {"items", "next_cursor"}


AN_ID = "0192f1c4-77a3-7c1e-8f0a-3f6d2b9c5e10"


@pytest.mark.parametrize(
    "id",
    [
        "x",
        "1",
        "%00",
        "%ff",
        "%2e%2e%2f",
        "..;",
        "null",
        "a b",
        AN_ID[:-1],
        AN_ID + "0",
        "١" * 36,
        "x" * 5000,
        "%",
    ],
)
async def test_an_id_that_is_none(api: Api, id: str) -> None:
    for method, path in (("GET", ""), ("PUT", ""), ("PATCH", ""), ("DELETE", "?reason=x"), ("POST", "/transitions")):
        answer = await api.send(method, f"{TACTICS}/{id}{path}", json={}, headers={"If-Match": "*"})
        assert answer.status_code in (404, 405, 422)
        assert is_problem(answer)


@pytest.mark.parametrize("version", ["0", "-1", "x", "1.5", "9007199254740993", "99999999999999999999", "", "1;2"])
async def test_a_version_that_is_none(api: Api, version: str) -> None:
    answer = await api.send("GET", f"{TACTICS}/{(await api.make(TACTIC))['id']}", params={"version": version})
    assert answer.status_code == 422
    assert is_problem(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/strategy",
        "/strategy/",
        "/strategy/v2/tactics",
        f"{TACTICS}/",
        "/strategy/v1/Tactics",
        "/x/v1/tactics",
        "/strategy/v1/../../etc/passwd",
        "/strategy/v1/tactics;a=b",
        "/strategy%2fv1%2ftactics",
        "/strategy/schemas/x",
        "/strategy/static/../../config.py",
        "/strategy/static/%2e%2e/%2e%2e/config.py",
        "/" + "a/" * 2000,
    ],
)
async def test_a_path_that_leads_nowhere(api: Api, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS", "TRACE", "PROPFIND", "X" * 50):
        answer = await api.send(method, f"http://plumbline{path}")
        assert answer.status_code < 500
        assert "root:" not in answer.text


async def test_no_answer_leads_to_where_the_caller_says(api: Api) -> None:
    for path in (f"{TACTICS}/", "/strategy/docs/", "/alignment/v1/nodes/", "//evil.example/"):
        answer = await api.send("GET", f"http://plumbline{path}", headers={"Host": "evil.example"})
        assert answer.status_code < 500
        assert "evil" not in answer.headers.get("location", "")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "QUERY"])
async def test_a_method_that_a_collection_has_not(api: Api, method: str) -> None:
    answer = await api.send(method, TACTICS)
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(("step", "allowed"), [("", "GET, PUT, PATCH, DELETE"), ("/transitions", "POST")])
async def test_a_method_that_an_entity_has_not(api: Api, step: str, allowed: str) -> None:
    answer = await api.send("OPTIONS", f"{TACTICS}/{AN_ID}{step}")
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_a_number_is_no_moment(api: Api) -> None:
    for path in (f"{TACTICS}?updated_since=0.5", "/alignment/v1/nodes?as_of=1700000000"):
        answer = await api.send("GET", path)
        assert (answer.status_code, is_problem(answer)) == (422, True)


STRANGE = [
    "",
    " ",
    "*",
    '"',
    '""',
    "\x01",
    "a" * 10_000,
    "ä".encode("latin-1"),
    b"\xff\xfe",
    '"1',
    "W/",
    '"1"' + ',"2"' * 3000,
]
HEADERS = [
    "If-Match",
    "If-None-Match",
    "Correlation-Id",
    "Causation-Id",
    "Idempotency-Key",
    "Range",
    "Expect",
    "X-HTTP-Method-Override",
    "Content-Encoding",
    "Accept",
    "Accept-Encoding",
    "Host",
    "Origin",
    "Forwarded",
    "X-Forwarded-Host",
    "Last-Event-ID",
    "Cookie",
]


@pytest.mark.parametrize("header", HEADERS)
async def test_a_header_that_is_strange(api: Api, header: str) -> None:
    id = (await api.make(TACTIC))["id"]
    for value in STRANGE:
        for method, more in (("GET", {}), ("PATCH", {"json": {"description": "x"}}), ("PUT", {"json": {"name": "y"}})):
            answer = await api.send(method, api.path(TACTIC, id), headers={header: value}, **more)
            assert answer.status_code < 500, (header, value)
