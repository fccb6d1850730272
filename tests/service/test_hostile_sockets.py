"""What no client library would send, over a real socket: the server answers or hangs up, and never fails."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.service.sockets import END, Served, served_from, status

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with served_from(tmp_path_factory.mktemp("served")) as served:
        yield served


GET, POST = "GET /strategy/v1/tactics HTTP/1.1", "POST /strategy/v1/tactics HTTP/1.1"
JSON, CHUNKED = "Content-Type: application/json", "Transfer-Encoding: chunked"
BODY = b'{"name": "x"}'


async def test_what_is_no_http_is_refused_as_everything_else_is(served: Served) -> None:
    head, _, body = (await served.send(b"\x16\x03\x01\r\n\r\n")).partition(END.encode())
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    assert json.loads(body)["type"] == "urn:plumbline:problem:bad-request"


async def test_a_line_break_in_a_path_is_part_of_it(served: Served) -> None:
    line = "GET /strategy/v1/tactics/a%0Ab HTTP/1.1"
    head, _, body = (await served.send(served.head(line, "Connection: close"))).partition(END.encode())
    assert (status(head), json.loads(body)["errors"][0]["pointer"]) == (422, "?id")


async def test_an_ordinary_request_is_answered(served: Served) -> None:
    assert status(await served.send(served.head(POST, JSON, "Content-Length: 13", "Connection: close") + BODY)) == 201
    chunks = b"5\r\n" + BODY[:5] + b"\r\n8\r\n" + BODY[5:] + b"\r\n0\r\n\r\n"
    assert status(await served.send(served.head(POST, JSON, CHUNKED, "Connection: close") + chunks)) == 201


@pytest.mark.parametrize(
    "line",
    [
        "GET /strategy/v1/tactics/%00 HTTP/1.1",
        "GET /strategy/v1/tactics/%ff%fe HTTP/1.1",
        "GET /%2e%2e%2fetc/passwd HTTP/1.1",
        "GET /strategy/..;/v1 HTTP/1.1",
        "GET //strategy//v1 HTTP/1.1",
        "GET /strategy/v1/tactics?q=%00 HTTP/1.1",
        "GET /strategy/v1/tactics?q=%ff&tag=%C0%AF HTTP/1.1",
        "GET http://evil.example/strategy/v1/tactics HTTP/1.1",
        "GET strategy HTTP/1.1",
        "GET * HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "GET /strategy/v1/t\xe4ctics HTTP/1.1",
        f"GET /{'a' * 60_000} HTTP/1.1",
        f"GET /strategy/v1/tactics?{'a=1&' * 10_000} HTTP/1.1",
        "GET /strategy/v1/tactics HTTP/1.0",
        "GET /strategy/v1/tactics HTTP/0.9",
        "GET /strategy/v1/tactics HTTP/9.9",
        "GET /strategy/v1/tactics",
        "GET",
        "",
        "\x16\x03\x01\x02\x00",
        "GET  /strategy/v1/tactics  HTTP/1.1",
        "get /strategy/v1/tactics HTTP/1.1",
        "GET /strategy/v1/tactics#x HTTP/1.1",
        "GET /strategy/v1/tactics?%zz=%u0041 HTTP/1.1",
        "PRI * HTTP/2.0",
    ],
    ids=lambda line: repr(line)[:50],
)
async def test_a_request_line_that_is_strange(served: Served, line: str) -> None:
    assert status(await served.send(served.head(line, "Connection: close"))) < 500


@pytest.mark.parametrize(
    "headers",
    [
        ["Host: evil.example"],
        ["Host: a", "Host: b"],
        ["Host: \x00"],
        ["Host: a b/c?d#e"],
        ["Authorization: Bearer x"],
        ["If-Match: " + "x" * 60_000],
        [f"X-{n}: y" for n in range(1000)],
        ["X: a\x00b"],
        ["X : y"],
        ["X"],
        [": y"],
        ["X: a\r\n folded"],
        ["Content-Length: -1"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: x"],
        ["Content-Length: 99999999999999999999"],
        ["Expect: 100-continue"],
        ["Expect: x"],
        ["Upgrade: websocket", "Connection: Upgrade"],
        ["Upgrade: h2c"],
        ["Sec-WebSocket-Key: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"],
        ["Connection: Transfer-Encoding, Authorization"],
        ["Correlation-Id: a\tb"],
        ["Range: bytes=" + "0-1," * 1000],
    ],
    ids=lambda headers: repr(headers)[:50],
)
async def test_headers_that_are_strange(served: Served, headers: list[str]) -> None:
    for line in (GET, POST):
        assert status(await served.send(served.head(line, *headers))) < 500


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Length: 13", CHUNKED], BODY),
        ([CHUNKED], b"zz\r\n"),
        ([CHUNKED], b"ffffffffffffffff\r\nx"),
        ([CHUNKED], b"5\r\nab"),
        ([CHUNKED], b"-1\r\nab\r\n0\r\n\r\n"),
        ([CHUNKED], b"5;" + b"x" * 70_000),
        (["Transfer-Encoding: gzip"], BODY),
        (["Content-Length: 100"], BODY),
        (["Content-Length: 5"], BODY),
        (["Content-Length: 0"], b""),
        ([], b""),
        ([], BODY),
        (["Content-Length: 13", "Content-Encoding: gzip"], BODY),
        (["Content-Length: 2000000"], b"x" * 2_000_000),
        (["Content-Length: 13"], b"\x1f\x8b\x08\x00" + b"\x00" * 9),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_a_body_that_is_not_what_was_announced(served: Served, headers: list[str], body: bytes) -> None:
    assert status(await served.send(served.head(POST, JSON, *headers) + body)) < 500


async def test_no_request_is_smuggled_past_the_token(served: Served) -> None:
    hidden = b"GET /strategy/v1/tactics HTTP/1.1\r\nHost: x\r\n\r\n"
    announced = [f"Content-Length: {len(hidden) + 5}", CHUNKED]
    answer = await served.send(served.head(POST, JSON, *announced) + b"0\r\n\r\n" + hidden)
    assert b'"items"' not in answer


async def test_every_request_of_a_connection_needs_its_own_token(served: Served) -> None:
    bare = f"{GET}\r\nHost: x\r\nConnection: close{END}".encode()
    answer = await served.send(served.head(GET) + bare)
    assert answer.count(b"HTTP/1.1 200") == 1
    assert answer.count(b"HTTP/1.1 401") == 1


async def test_one_who_goes_away_in_the_middle_harms_nobody(served: Served) -> None:
    for cut in (
        b"",
        served.head(GET)[:20],
        served.head(POST, JSON, "Content-Length: 13"),
        served.head(POST, JSON, CHUNKED) + b"d\r\n",
    ):
        _, writer = await asyncio.open_connection(served.host, int(served.port))
        writer.write(cut)
        await writer.drain()
        writer.transport.abort()
    assert status(await served.send(served.head(GET, "Connection: close"))) == 200
