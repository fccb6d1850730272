"""Bodies that have broken something somewhere, sent over bare sockets to every operation that reads one: no answer is a
fault of the server, each is as documented, and both databases answer alike."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from shared.contracts import OWNERS
from tests.backends.databases import new_databases
from tests.fuzz.serving import serving_at
from tests.unit.hostile import REFUSED_AS_JSON, REFUSED_BY_CONTRACT, TAKEN

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.fuzz, pytest.mark.postgres]
NOBODY = str(UUID(int=7, version=4))
BODIES = [*REFUSED_AS_JSON.values(), *REFUSED_BY_CONTRACT.values(), *TAKEN.values()]
TELLING = ("increments", "contracts", "activities", "bulk")
MEDIA = ("text/plain", "multipart/form-data; boundary=x", "application/xml", "application/json; charset=bogus", "")


class Socket:
    """One connection to one server, opened anew when that closes it."""

    def __init__(self, arguments: list[str]) -> None:
        address, self.token = arguments
        self.host, self.port = address.removeprefix("http://").split(":")
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> Any:
        return json.loads((await self.ask("GET", path, b"", "application/json"))[2])

    async def ask(self, method: str, path: str, body: bytes, media: str) -> tuple[int, str, bytes]:
        """Status, media type and body."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", f"Authorization: Bearer {self.token}"]
        lines += [f"Content-Length: {len(body)}", "If-Match: *", *([f"Content-Type: {media}"] if media else [])]
        reader, writer = self.streams or await asyncio.open_connection(self.host, int(self.port))
        writer.write("\r\n".join([*lines, "\r\n"]).encode() + body)
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        content = await reader.readexactly(int(headers.get("content-length", 0)))
        self.streams = (reader, writer)
        if headers.get("connection") == "close":
            self.close()
        return int(head[0].split(" ")[1]), headers.get("content-type", ""), content

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()
        self.streams = None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Socket]]:
    """The same platform twice: on SQLite and on PostgreSQL."""
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(new_databases(postgres_url))
        homes = {name: tmp_path_factory.mktemp(name) for name in ("sqlite", "postgres")}
        sockets = [
            Socket(stack.enter_context(serving_at(homes["sqlite"]))),
            Socket(stack.enter_context(serving_at(homes["postgres"], template))),
        ]
        yield sockets
        for each in sockets:
            each.close()


def operations(document: Any) -> Iterator[tuple[str, str]]:
    """Every method and path that reads a body, of the collections that have something of their own."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation["tags"][0] in TELLING and "requestBody" in operation:
                yield method.upper(), path.replace("{id}", NOBODY)


@pytest.mark.parametrize("service", OWNERS)
async def test_no_body_is_a_fault_and_both_databases_answer_alike(both: list[Socket], service: str) -> None:
    asked = list(operations(await both[0].get(f"/{service}/openapi.json")))
    for method, path in asked:
        for body in BODIES:
            await _alike(both, method, path, body, "application/x-ndjson" if "bulk" in path else "application/json")
        for media in MEDIA:
            await _alike(both, method, path, b'{"name": "x"}', media)
    assert asked


async def _alike(both: list[Socket], method: str, path: str, body: bytes, media: str) -> None:
    (status, type_, content), other = [await each.ask(method, path, body, media) for each in both]
    assert status < 500, (method, path, body[:80], content[:300])
    assert type_ == ("application/problem+json" if status >= 400 else _documented(path)), (method, path, status, type_)
    assert (status, _plain(content)) == (other[0], _plain(other[2])), (method, path, body[:80])


def _documented(path: str) -> str:
    return "application/x-ndjson" if "bulk" in path else "application/json"


def _plain(content: bytes) -> Any:
    """Without what each server gives by itself: ids, times and keys made of ids."""
    return [_same(json.loads(line)) for line in content.split(b"\n") if line]


def _same(document: Any) -> Any:
    own = {"id", "key", "created_at", "updated_at", "event", "existing", "last"}
    return {name: value for name, value in document.items() if name not in own}
