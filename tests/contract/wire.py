"""A TCP proxy that can go silent or break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Wire:
    """Passes bytes on in both directions, until ``freeze`` (nothing moves) or ``cut`` (nobody is there)."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._intact = asyncio.Event()
        self._intact.set()
        self._refuses = False
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, address: str) -> AsyncIterator["Wire"]:
        host, _, port = address.partition(":")
        wire = cls(host, int(port))
        server = await asyncio.start_server(wire._accept, "127.0.0.1", 0)
        wire.port = server.sockets[0].getsockname()[1]
        try:
            yield wire
        finally:
            server.close()
            wire._break()
            await asyncio.gather(*wire._pumps, return_exceptions=True)

    def freeze(self) -> None:
        self._intact.clear()

    def cut(self) -> None:
        self._refuses = True
        self._break()

    def mend(self) -> None:
        self._refuses = False
        self._break()
        self._intact.set()

    def _break(self) -> None:
        for pump in self._pumps:
            pump.cancel()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if self._refuses:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._pumps.add(task)
        task.add_done_callback(self._pumps.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._intact.wait()
        onward, back = await asyncio.open_connection(*self._target)
        self._open.add(back)
        await asyncio.gather(self._pump(reader, back), self._pump(onward, writer))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._intact.wait()
                sink.write(data)
                await sink.drain()
        sink.close()
