"""``watch`` over streams: what several services send is merged, and what breaks off is taken up where it was."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from services.cli import following
from shared.client import Client, Unauthorized, Unreachable


class Chunks(httpx.AsyncByteStream):
    """A body that comes in pieces, and may break off."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def sent(*positions: int) -> bytes:
    """With a line separator in it that is none of the protocol's."""
    return b"".join(b"id: %d\ndata: %b\n\n" % (n, _json({"position": n, "name": "a\u2028b"})) for n in positions)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


async def followed(answer: Callable[[httpx.Request], httpx.Response], number: int, **positions: int) -> list[Any]:
    """So many events that come."""
    stopped, told, found = asyncio.Event(), list[str](), list[Any]()
    away = following.Away(told.append)
    client = Client("http://fake", "t", httpx.MockTransport(answer))
    async with client, aclosing(following.changes(client, positions, stopped, away)) as events:
        async for service, event in events:
            found.append((service, event["position"], event["name"]))
            if len(found) == number:
                stopped.set()
    return [*found, *told]


async def test_a_stream_that_breaks_off_is_taken_up_after_the_last_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of an event, that one comes again; one that ends is asked again at once."""
    monkeypatch.setattr(following, "PATIENCE", 0)
    monkeypatch.setattr(following, "PAUSE", 0)
    asked: list[str] = []
    half = sent(3)[:15]

    def answer(request: httpx.Request) -> httpx.Response:
        after = request.headers["Last-Event-ID"]
        asked.append(after)
        pieces = {
            "1": Chunks(b"retry: 1000\n\n", sent(2) + half[:4], half[4:], httpx.ReadError("cut off")),
            "2": Chunks(sent(3)),
            "3": Chunks(b": nothing new\n\n", sent(4)),
            "4": Chunks(),
        }
        return httpx.Response(200, stream=pieces[after])

    *found, away, back = await followed(answer, 3, roles=1)
    assert found == [("roles", position, "a\u2028b") for position in (2, 3, 4)]
    assert asked[:3] == ["1", "2", "3"]
    assert ("asked again until it answers" in away, back) == (True, "The platform is back.")


def test_of_who_is_away_it_is_told_once_and_the_pauses_grow() -> None:
    told: list[str] = []
    away = following.Away(told.append)
    pauses = [away.lost("roles", Unreachable("Gone.")) for _ in range(8)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert away.lost("catalog", Unreachable("Gone too.")) == 1
    assert told == ["Gone. It is asked again until it answers."]
    assert (away.back("roles"), len(told), away.back("catalog")) == (True, 1, True)
    assert told[1:] == ["The platform is back."]
    assert not away.back("roles")
    assert away.lost("roles", Unreachable("Gone.")) == 1
    assert len(told) == 3


async def test_services_are_followed_side_by_side() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        service = request.url.path.split("/")[1]
        return httpx.Response(200, stream=Chunks(sent({"roles": 8, "catalog": 5}[service])))

    found = await followed(answer, 2, roles=7, catalog=4)
    assert {each[:2] for each in found} == {("roles", 8), ("catalog", 5)}


@pytest.mark.parametrize(
    ("status", "error"), [(404, following.NoStream), (503, following.NoStream), (401, Unauthorized)]
)
async def test_a_server_that_does_not_stream_is_told_from_one_that_is_away(status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="Why not"):
        await followed(lambda _: httpx.Response(status, json={"detail": "Why not."}), 1, roles=0)
