"""An HTTP client that costs next to nothing: it shares its machine with what is measured."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return str(orjson.loads(self.body)["id"])

    def demand(self, *statuses: int) -> "Answer":
        if self.status not in statuses:
            raise RuntimeError(f"HTTP status {self.status}: {self.body[:500]!r}")
        return self


class Client:
    """Keeps its connections, and opens as many as there are requests at a time."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._port = port
        self._idle: list[_Connection] = []
        lines = {"Host": f"127.0.0.1:{port}", **(headers or {})}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())

    async def get(self, path: str) -> Answer:
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    async def post(self, path: str, body: object) -> Answer:
        return await self._post(path, orjson.dumps(body), "application/json")

    async def post_lines(self, path: str, lines: Sequence[object]) -> Answer:
        return await self._post(path, b"\n".join(map(orjson.dumps, lines)), "application/x-ndjson")

    async def _post(self, path: str, raw: bytes, media_type: str) -> Answer:
        more = f"Content-Type: {media_type}\r\nContent-Length: {len(raw)}\r\n\r\n"
        return await self._ask(f"POST {path} HTTP/1.1\r\n{self._head}{more}".encode() + raw)

    async def _ask(self, request: bytes) -> Answer:
        """A server may close a connection that was idle just as it is used again; then another one is."""
        while True:
            reused = bool(self._idle)
            try:
                return await self._ask_once(request)
            except (ConnectionError, asyncio.IncompleteReadError):
                if not reused:
                    raise

    async def _ask_once(self, request: bytes) -> Answer:
        reader, writer = await self._connection()
        writer.write(request)
        status, headers = _parse(await reader.readuntil(b"\r\n\r\n"))
        body = await _body(reader, headers)
        self._idle.append((reader, writer))
        return Answer(status, headers, body)

    async def _connection(self) -> _Connection:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():  # a server closes what was idle for long
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    chunks = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(chunks)


def _parse(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines if line)
    return int(first.split(" ")[1]), {name.lower(): value for name, _, value in pairs}
