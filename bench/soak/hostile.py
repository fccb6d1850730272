"""Those who take what they can get: each attack holds on to something, or asks for as much as it can."""

import asyncio
import contextlib
import json
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

END = "\r\n\r\n"
PAUSE, _HELD_SECONDS, _PATIENCE_SECONDS = 0.3, 3.0, 10.0
JSON = "Content-Type: application/json"


@dataclass
class Attacker:
    """``pause`` is for how many seconds each attack rests between its rounds; ``answers`` counts by attack and status
    what came back; 0 is a connection that was hung up on."""

    port: int
    token: str
    pause: float = PAUSE
    dice: Random = field(default_factory=lambda: Random(1))
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def head(self, line: str, *headers: str, known: bool = True) -> bytes:
        bearer = [f"Authorization: Bearer {self.token}"] if known else []
        return ("\r\n".join((f"{line} HTTP/1.1", "Host: x", *bearer, *headers)) + END).encode("latin-1")

    async def send(self, name: str, raw: bytes, *, held: bool = False) -> None:
        """Send, and read what comes or, if it is ``held``, hold the connection without reading anything."""
        with contextlib.suppress(OSError, TimeoutError, ValueError, IndexError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4096)
                try:
                    writer.write(raw)
                    if held:
                        await asyncio.sleep(self.dice.uniform(0, _HELD_SECONDS))
                        return
                    await writer.drain()
                    first = await reader.read(64)
                    self.answers[name, int(first.split(b" ", 2)[1]) if first else 0] += 1
                    while await reader.read(65_536):
                        pass
                finally:
                    writer.close()

    async def run(self, seconds: float) -> None:
        """All attacks at the same time, over and over."""
        await asyncio.gather(*(self._over_and_over(attack, seconds) for attack in ATTACKS))

    async def _over_and_over(self, attack: "Attack", seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await attack(self)
            await asyncio.sleep(self.pause)


Attack = Callable[[Attacker], Awaitable[None]]


async def silence(who: Attacker) -> None:
    await asyncio.gather(*(who.send("silence", b"", held=True) for _ in range(20)))


async def slow_heads(who: Attacker) -> None:
    await asyncio.gather(*(who.send("slow head", b"GET / HTTP/1.1\r\nX: ", held=True) for _ in range(10)))


async def slow_bodies(who: Attacker) -> None:
    raw = who.head("POST /strategy/v1/tactics", JSON, "Content-Length: 1000000") + b"{" * 1000
    await asyncio.gather(*(who.send("slow body", raw, held=True) for _ in range(10)))


async def large_heads(who: Attacker) -> None:
    await who.send("large head", who.head("GET /strategy/v1/tactics", "X: " + "y" * 200_000))
    await who.send("many headers", who.head("GET /strategy/v1/tactics", *(f"X-{n}: y" for n in range(1000))))


async def requests_ahead(who: Attacker) -> None:
    await who.send("requests ahead", who.head("GET /alignment/v1/nodes?limit=200") * 500)


async def no_readers(who: Attacker) -> None:
    raw = who.head("GET /strategy/v1/changes?limit=1000") * 10
    await asyncio.gather(*(who.send("no reader", raw, held=True) for _ in range(3)))


async def goers(who: Attacker) -> None:
    """They ask for what is dear, and go."""
    for path in ("/alignment/v1/score", "/alignment/v1/cascade", "/alignment/v1/diff?from=2001-01-01T00:00:00Z"):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", who.port)
            writer.write(who.head(f"GET {path}"))
            await asyncio.sleep(who.dice.uniform(0, 0.02))
            writer.transport.abort()


async def waiters(who: Attacker) -> None:
    raw = who.head(f"GET /alignment/v1/status?wait_for=tactic:{uuid4()}:1.1")
    score = who.head(f"GET /alignment/v1/score?wait_for=tactic:{uuid4()}:1.1", "Connection: close")
    await asyncio.gather(who.send("unknown parameter", raw), *(who.send("waiting", score) for _ in range(120)))


def _post(who: Attacker, path: str, body: bytes, media: str = JSON) -> bytes:
    return who.head(f"POST {path}", media, f"Content-Length: {len(body)}", "Connection: close") + body


async def wrong_lines(who: Attacker) -> None:
    wrong = {"name": "x", **{f"m{number}": 1 for number in range(60)}}
    lines = [json.dumps({"kind": "tactic", "id": str(uuid4()), "body": wrong}) for _ in range(400)]
    raw = _post(who, "/strategy/v1/bulk", "\n".join(lines).encode(), "Content-Type: application/x-ndjson")
    await who.send("wrong lines", raw)


async def wrong_bodies(who: Attacker) -> None:
    bodies = (
        b'{"a":' * 100_000,
        b'{"name": "x", "custom": {"a": [' + b"[]," * 300_000 + b"[]]}}",
        b'{"name": "x",' + b",".join(b'"m%d":1' % n for n in range(19_000)) + b"}",
        b'{"name": "' + b"x" * 900_000 + b'"}',
        b"\xff\xfe" * 1000,
        b'{"name": "x", "valid_from": "20260401"}',
    )
    for body in bodies:
        await who.send("wrong body", _post(who, "/strategy/v1/tactics", body))


async def strangers(who: Attacker) -> None:
    """Without a token, with large bodies, and no HTTP at all."""
    body = b"x" * 500_000
    head = who.head("POST /strategy/v1/bulk", f"Content-Length: {len(body)}", "Connection: close", known=False)
    await who.send("stranger", head + body)
    await who.send("no http", bytes(who.dice.randrange(256) for _ in range(2000)))
    for path in ("", "/%00", "/alignment/v1/score?as_of=0001-01-01T00:00:00Z", "/strategy/v1/tactics?cursor=x&limit=9"):
        await who.send("strange address", who.head(f"GET {path}", "Connection: close"))


async def resets(who: Attacker) -> None:
    """Connections that end with a reset in the middle of everything."""
    for _ in range(10):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", who.port), timeout=1) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            connection.send(who.head("POST /strategy/v1/tactics", JSON, "Content-Length: 100") + b'{"name"')
        await asyncio.sleep(0)


ATTACKS: tuple[Attack, ...] = (
    silence, slow_heads, slow_bodies, large_heads, requests_ahead, no_readers, goers, waiters, wrong_lines,
    wrong_bodies, strangers, resets,
)  # fmt: skip
