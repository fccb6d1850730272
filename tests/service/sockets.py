"""A served platform, and requests that no client library would send."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services import assembly
from services.cli.server import Server, server_config, serving
from shared.http import auth
from tests.platform import settings_for

END = "\r\n\r\n"
SILENCE = 0.5


@dataclass
class Served:
    address: str
    token: str
    server: Server

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://").partition(":")[0]

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def head(self, line: str, *headers: str) -> bytes:
        given = (line, f"Host: {self.host}", f"Authorization: Bearer {self.token}", *headers)
        return ("\r\n".join(given) + END).encode("latin-1")

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port)

    async def send(self, raw: bytes) -> bytes:
        """Everything that comes back before the server hangs up or falls silent."""
        reader, writer = await self.connect()
        try:
            writer.write(raw)
            await writer.drain()
            return await everything(reader)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def idle(self) -> None:
        """Until the server works on nothing, and nobody is connected to it."""
        state = self.server.server_state
        await until(lambda: not state.tasks and not state.connections)


async def until(comes: Callable[[], bool]) -> None:
    """Until something is so."""
    async with asyncio.timeout(20):
        while True:
            if comes():
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def served_from(home: Path, **settings: Any) -> AsyncIterator[Served]:
    given = settings_for(home, port=0, **settings)
    await assembly.migrate(given)
    server = Server(server_config(assembly.platform(given), given))
    async with serving(server, given) as address:
        yield Served(address, auth.mint(given.issuer_key_path, "tester"), server)


async def everything(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SILENCE) as silence:
            while chunk := await reader.read(65_536):
                answer += chunk
                silence.reschedule(asyncio.get_running_loop().time() + SILENCE)
    return answer


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """Everything that comes back before the server hangs up, which it has to."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(20):
            while chunk := await reader.read(65_536):
                answer += chunk
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0
