"""What one who holds a connection may take: the server refuses or hangs up, and serves everybody else."""

import asyncio
import contextlib
import gc
import json
import socket
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from services.alignment.view.waiting import Waiting
from services.cli import protocol
from shared.http.exchange import Held
from tests.service.api import eventually
from tests.service.sockets import END, Served, served_from, status, until, until_closed

pytestmark = pytest.mark.asyncio(loop_scope="module")
GET, POST = "GET /strategy/v1/tactics?limit=1 HTTP/1.1", "POST /strategy/v1/tactics HTTP/1.1"
JSON, CHUNKED, CLOSE = "Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close"
UNKNOWN = f"tactic:{uuid4()}:1.1"
WAITING = f"GET /alignment/v1/score?wait_for={UNKNOWN} HTTP/1.1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    home = tmp_path_factory.mktemp("bounded")
    bounds = {"max_connections": 20, "max_waiting": 3, "max_held_bytes": 100_000, "wait_seconds": 30}
    async with served_from(home, **bounds) as served:
        yield served


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks after a moment instead of after seconds."""
    monkeypatch.setattr(protocol, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)


async def ask(served: Served, raw: bytes) -> tuple[int, Any]:
    """Status and document of an answer after which the server hangs up."""
    reader, writer = await served.connect()
    writer.write(raw)
    head, _, body = (await until_closed(reader)).partition(END.encode())
    writer.close()
    return status(head), json.loads(body) if body else None


async def works(served: Served) -> bool:
    return (await ask(served, served.head(GET, CLOSE)))[0] == 200


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        (GET, ["X: " + "y" * 40_000]),
        (GET, [f"X-{n}: y" for n in range(101)]),
        (GET, [f"X-{n}: {'y' * 900}" for n in range(40)]),
        (f"GET /{'a' * 40_000} HTTP/1.1", []),
        (f"GET /strategy/v1/tactics?{'a=1&' * 10_000} HTTP/1.1", []),
    ],
    ids=["one header", "many", "together", "path", "query"],
)
async def test_a_head_has_so_many_bytes_and_headers(served: Served, line: str, headers: list[str]) -> None:
    code, problem = await ask(served, served.head(line, *headers))
    assert (code, problem["type"]) == (431, "urn:plumbline:problem:headers-too-large")
    assert await works(served)


async def test_a_head_that_never_ends_is_refused_on_its_way(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(f"{GET}\r\nX: ".encode())
    with contextlib.suppress(ConnectionError):
        for _ in range(2000):
            writer.write(b"y" * 65_536)
            await writer.drain()
        pytest.fail("it took 130 MB")
    assert status(await until_closed(reader)) in (431, 0)
    writer.close()


async def test_what_follows_a_body_is_no_header(served: Served) -> None:
    bare = f"{POST}\r\nHost: x\r\n{JSON}\r\n{CHUNKED}\r\n{CLOSE}{END}".encode()
    trailer = f"0\r\nAuthorization: Bearer {served.token}{END}".encode()
    assert (await ask(served, bare + b'd\r\n{"name": "x"}\r\n' + trailer))[0] == 401
    flood = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(1000))
    reader, writer = await served.connect()
    writer.write(served.head(POST, JSON, CHUNKED) + b'd\r\n{"name": "x"}\r\n0\r\n' + flood)
    await until_closed(reader)
    writer.close()
    assert await works(served)


@pytest.mark.parametrize("start", [b"", b"\r\n", b"GET /a", f"{GET}\r\nHost: x\r\nX: y".encode()])
async def test_a_head_comes_in_time(served: Served, hasty: None, start: bytes) -> None:
    """Also from who sends a byte now and then."""
    reader, writer = await served.connect()
    writer.write(start)
    drip = asyncio.ensure_future(_drip(writer, b"\r\n" if start == b"\r\n" else b"y" if start else b""))
    answer = await until_closed(reader)
    drip.cancel()
    writer.close()
    assert status(answer) == (408 if start else 0)


async def _drip(writer: asyncio.StreamWriter, byte: bytes) -> None:
    while True:
        await asyncio.sleep(0.02)
        writer.write(byte)


async def test_a_body_comes_in_time(served: Served, hasty: None) -> None:
    reader, writer = await served.connect()
    writer.write(served.head(POST, JSON, "Content-Length: 100000") + b'{"name": "')
    drip = asyncio.ensure_future(_drip(writer, b"y"))
    assert status(await until_closed(reader)) == 408
    drip.cancel()
    writer.close()
    await served.idle()


@pytest.mark.parametrize("more", [[], ["Expect: 100-continue"]], ids=["waits", "asks first"])
@pytest.mark.parametrize("length", [1_048_577, 99_999_999_999])
async def test_a_body_that_is_announced_as_too_large_is_not_waited_for(
    served: Served, length: int, more: list[str]
) -> None:
    reader, writer = await served.connect()
    writer.write(served.head(POST, JSON, f"Content-Length: {length}", *more))
    answer = await reader.readuntil(END.encode())
    assert status(answer) == 413
    writer.close()
    await served.idle()


async def test_a_body_that_may_be_sent_is_asked_for(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(served.head(POST, JSON, "Content-Length: 1048576", "Expect: 100-continue"))
    assert status(await reader.readuntil(END.encode())) == 100
    writer.close()
    await served.idle()


async def test_who_reads_no_answer_is_hung_up_on(served: Served, hasty: None) -> None:
    body = json.dumps({"name": "Large", "custom": {"a": "y" * 90_000}}).encode()
    for _ in range(5):
        head = served.head(POST, JSON, f"Content-Length: {len(body)}", CLOSE)
        assert (await ask(served, head + body))[0] == 201
    deaf = await who_reads_nothing(served)
    await served.idle()
    deaf.close()


async def who_reads_nothing(served: Served) -> socket.socket:
    """Somebody who asks for large answers again and again, and whose machine keeps as little of them as it can."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(deaf, (served.host, served.port))
    await loop.sock_sendall(deaf, served.head("GET /strategy/v1/tactics?q=large&limit=200 HTTP/1.1") * 15)
    return deaf


@pytest.mark.parametrize(("bound", "most"), [("MOST_UNSENT", 300_000), ("MOST_UNREAD", 2)])
async def test_unsent_answers_have_so_much_room_in_all(
    served: Served, hasty: None, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    """Where there is no more, those are hung up on who have been slow for longest."""
    monkeypatch.setattr(protocol, bound, most)
    monkeypatch.setattr(protocol, "LOOK_SECONDS", 60)
    slow = [await who_reads_nothing(served) for _ in range(12)]
    await until(lambda: not served.server.server_state.tasks or len(_protocols(served)) < 12)
    await until(lambda: sum(each.transport.get_write_buffer_size() for each in _protocols(served)) <= 800_000)
    assert 0 < len(_protocols(served)) < 12
    assert await works(served)
    for each in slow:
        each.close()
    await served.idle()


async def test_of_many_connections_those_that_ask_nothing_give_way(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_SETTLED_SECONDS", 0)
    silent = [await served.connect() for _ in range(60)]
    assert await works(served)
    assert len(served.server.server_state.connections) <= 20
    for _, writer in silent:
        writer.close()
    await served.idle()


async def test_where_all_are_busy_more_are_refused(served: Served) -> None:
    """By a document that says when to come back."""
    busy = []
    for _ in range(20):
        reader, writer = await served.connect()
        writer.write(served.head(POST, JSON, "Content-Length: 1000"))  # waits for its body
        busy.append((reader, writer))
    await until(lambda: sum(each._phase is protocol.Phase.BODY for each in _protocols(served)) == 20)
    reader, writer = await served.connect()
    head, _, body = (await until_closed(reader)).partition(END.encode())
    assert (status(head), json.loads(body)["type"]) == (503, "urn:plumbline:problem:unavailable")
    assert b"retry-after: 1" in head
    for _, each in [(reader, writer), *busy]:
        each.close()
    await served.idle()
    assert await works(served)


def _protocols(served: Served) -> list[protocol.Protocol]:
    return [each for each in served.server.server_state.connections if isinstance(each, protocol.Protocol)]


async def test_so_many_requests_may_be_sent_ahead(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(served.head(GET) * 200)
    answer = await until_closed(reader)
    assert answer.count(b"HTTP/1.1 200") <= protocol.MOST_QUEUED + 1
    writer.close()
    few = served.head(GET) * 5 + served.head(GET, CLOSE)
    reader, writer = await served.connect()
    writer.write(few)
    assert (await until_closed(reader)).count(b"HTTP/1.1 200") == 6
    writer.close()


async def test_so_many_may_wait_for_the_view(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    places, has_applied = set[Waiting](), Waiting.has_applied

    def noted(place: Waiting, *asked: Any) -> bool:
        places.add(place)
        return has_applied(place, *asked)

    monkeypatch.setattr(Waiting, "has_applied", noted)
    waiting = []
    for _ in range(3):
        _, writer = await served.connect()
        writer.write(served.head(WAITING))
        waiting.append(writer)
    await until(lambda: any(place.number == 3 for place in places))
    answer = await served.send(served.head(WAITING, CLOSE))
    assert (status(answer), b"retry-after: 1" in answer) == (503, True)
    assert await works(served)
    for writer in waiting:
        writer.close()
    await served.idle()  # long before their wait has ended: nobody works for those who have gone


async def test_what_is_written_is_finished_though_its_caller_has_gone(served: Served) -> None:
    key = f"gone-{uuid4().hex}"
    body = json.dumps({"name": "Gone", "key": key}).encode()
    _, writer = await served.connect()
    writer.write(served.head(POST, JSON, f"Content-Length: {len(body)}") + body)
    await writer.drain()
    writer.close()
    line = f"GET /strategy/v1/tactics?key={key} HTTP/1.1"

    async def there() -> bool:
        return bool((await ask(served, served.head(line, CLOSE)))[1]["items"])

    await eventually(there)


async def test_bodies_have_so_much_room_in_all(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, take = set[int](), Held.take

    def noted(held: Held, number: int) -> None:
        take(held, number)
        seen.add(held.bytes)
        holding.append(held)

    holding: list[Held] = []
    monkeypatch.setattr(Held, "take", noted)
    half = b'{"name": "' + b"x" * 59_990
    line = served.head(POST, JSON, "Content-Length: 70000", CLOSE)
    first = await served.connect()
    first[1].write(line + half)
    await until(lambda: max(seen, default=0) >= 60_000)
    code, problem = await ask(served, line + half + b"x" * 10_000)
    assert (code, problem["type"]) == (503, "urn:plumbline:problem:unavailable")
    first[1].write(b"x" * 10_000)
    assert status(await until_closed(first[0])) == 400, "it is read to its end, and is no JSON"
    first[1].close()
    assert (await ask(served, line + half + b"x" * 10_000))[0] == 400
    assert max(seen) <= 100_000
    assert {held.bytes for held in holding} == {0}


async def test_no_search_for_garbage_goes_through_what_stays(served: Served) -> None:
    """The application is a quarter of a million objects: to go through all of them takes a sixth of a second."""
    assert gc.get_freeze_count() > 100_000


async def test_nothing_but_http_is_spoken(served: Served) -> None:
    upgrade = ["Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"]
    answer = await served.send(served.head(GET, "Connection: Upgrade", *upgrade))
    assert status(answer) == 200
