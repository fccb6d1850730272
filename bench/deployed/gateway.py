"""One address for all owners, as alignment expects: a connection goes to the service that its first request names.

    python -m bench.deployed.gateway PORT SERVICE=PORT...

Bytes are passed on unread: alignment keeps connections per owner, so nothing else needs to be decided.
"""

import asyncio
import contextlib
import sys

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def main(port: int, targets: dict[str, int]) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first = await reader.readuntil(b"\r\n")
            service = first.split(b" ")[1].split(b"/")[1].decode()
            if service not in targets:  # who looks whether this is up
                writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            else:
                inner = await asyncio.open_connection("127.0.0.1", targets[service])
                inner[1].write(first)
                await asyncio.gather(_pass_on(reader, inner[1]), _pass_on(inner[0], writer))
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", port) as server:
        await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(1 << 18):
        writer.write(some)
        await writer.drain()
    writer.close()


if __name__ == "__main__":
    pairs = (argument.split("=") for argument in sys.argv[2:])
    asyncio.run(main(int(sys.argv[1]), {service: int(port) for service, port in pairs}))
