"""``/changes/stream``: every event once, in order, whatever happens to the connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from shared.changes import stream
from shared.client import Client, Conflict, Failing, Unreachable
from tests.platform import running, settings_for
from tests.service.sockets import Served, served_from, status, until

PATH = "/roles/v1/changes/stream"


async def made(client: Client, number: int) -> None:
    for _ in range(number):
        await client.post("role", {"name": "A role"})


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with served_from(tmp_path, stream_seconds=60, max_streams=4) as found:
        yield found


def client_of(served: Served) -> Client:
    return Client(served.address, served.token)


async def events(reader: asyncio.StreamReader, number: int) -> list[tuple[int, Any]]:
    """So many that come, each with its id."""
    found = list[tuple[int, Any]]()
    id = 0
    async with asyncio.timeout(20):
        while len(found) < number:
            line = await reader.readline()
            if line.startswith(b"id: "):
                id = int(line[4:])
            if line.startswith(b"data: "):
                found.append((id, json.loads(line[6:])))
    return found


async def opened(served: Served, *headers: str, query: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await served.connect()
    writer.write(served.head(f"GET {PATH}{query} HTTP/1.1", *headers))
    head = await reader.readuntil(b"\r\n\r\n")
    assert status(head) == 200, head
    assert b"text/event-stream" in head
    assert b"x-accel-buffering: no" in head.lower()
    return reader, writer


async def test_a_reader_that_was_cut_off_goes_on_without_a_gap_or_a_double(served: Served) -> None:
    """The connection is killed in the middle of what comes, again and again; what is recorded meanwhile comes too."""
    async with client_of(served) as client:
        await made(client, 5)
        seen: list[int] = []
        for step in range(4):
            reader, writer = await opened(served, *([f"Last-Event-ID: {seen[-1]}"] if seen else []))
            found = await events(reader, 2)
            assert all(id == event["position"] for id, event in found)
            seen += [id for id, _ in found]
            writer.transport.abort()
            await made(client, 1 + step)
        reader, writer = await opened(served, f"Last-Event-ID: {seen[-1]}")
        seen += [id for id, _ in await events(reader, 15 - len(seen))]
        writer.close()
        assert seen == [*range(1, 16)]
        assert [each["position"] for each in (await client.changes("roles"))["items"]] == seen


async def test_what_is_recorded_while_somebody_reads_comes_at_once(served: Served) -> None:
    async with client_of(served) as client:
        reader, writer = await opened(served, query="?after=0&kind=role")
        await client.post("party", {"name": "A party"})
        await made(client, 2)
        assert [id for id, _ in await events(reader, 2)] == [2, 3]
        writer.close()


async def test_there_are_so_many_streams_and_no_more(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_OF_CALLER", 2)
    readers = [await opened(served) for _ in range(2)]
    async with client_of(served) as client:
        with pytest.raises(Failing, match="You have 2 streams already"):
            await anext(client.stream("roles", 0))
        monkeypatch.setattr(stream, "MOST_OF_CALLER", 10)
        readers += [await opened(served) for _ in range(2)]
        with pytest.raises(Failing, match="There are 4 streams already"):
            await anext(client.stream("roles", 0))
        assert await client.changes("roles"), "pages are there for them"
        for _, writer in readers:
            writer.transport.abort()
        await until(lambda: not served.server.server_state.tasks)
        await made(client, 1)
        async with aclosing(client.stream("roles", 0)) as again:
            assert (await anext(again))["position"] == 1


async def test_a_quiet_stream_is_kept_awake_and_skips_what_was_passed_over(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.1)
    async with client_of(served) as client:
        await made(client, 3)
        reader, writer = await opened(served, query="?kind=party")
        async with asyncio.timeout(20):
            assert b"id: 3\n: nothing new" in await reader.readuntil(b"nothing new")
            assert b"id:" not in await reader.readuntil(b"nothing new"), "once is enough"
        writer.close()


async def test_streams_end_with_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.server._GRACE_SECONDS", 600)
    async with asyncio.timeout(20):
        async with served_from(tmp_path, stream_seconds=600) as served:
            reader, writer = await opened(served)
        while await reader.read(1000):
            pass
        writer.close()


async def test_a_stream_ends_after_a_while_and_the_client_says_how_it_ended(tmp_path: Path) -> None:
    async with served_from(tmp_path, stream_seconds=0.5) as served, client_of(served) as client:
        await made(client, 2)
        assert [each["position"] async for each in client.stream("roles", 0)] == [1, 2]
        with pytest.raises(Conflict, match="The newest event is 2"):
            await anext(client.stream("roles", 9))
    with pytest.raises(Unreachable):
        await anext(Client(served.address, served.token).stream("roles", 0))


async def test_who_may_not_read_streams_nothing(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as platform:
        writing = {"Authorization": f"Bearer {platform.token('x', 'roles:write')}"}
        answer = await platform.http.get(PATH, headers=writing)
        assert answer.status_code == 403
        for wrong in ("-1", "x", "1.5"):
            answer = await platform.http.get(PATH, headers={"Last-Event-ID": wrong})
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?last-event-id")
