"""Tells browsers until when something was recorded that their pages may show. One look of a process serves all who
watch, and each is told of the newest state alone: whoever reads slowly misses nothing, and nothing is kept for them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import orjson

from services.web.services import Services
from shared import typed
from shared.client import Client
from shared.clock import rfc3339
from shared.config import SERVICES, Settings
from shared.contracts.views.nodes import NodePage
from shared.http.auth import Caller
from shared.refused import ClientError, Refused
from shared.telemetry import log

LOOK_SECONDS, TELL_SECONDS, HEARTBEAT_SECONDS = 2.0, 0.5, 15.0
LATE_SECONDS = 10.0
"""How far the views may be behind before a page says so."""
MOST_OF_SESSION = 5
_AGAIN = 30_000
"""Milliseconds after which those come again for whom there is no stream: they ask, instead of being told."""
_BEYOND = 2**62
"""A position that no service reaches: of the page after it only the head is wanted."""
_OWN = "alignment"
_FOLLOWS = frozenset({"finding", "score", "audit"})
"""What alignment tells later of what the views have had for a while, or what no page but one shows."""


class Live:
    """So many streams at a time, each for a while; then browsers come again by themselves."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services, self._most, self._seconds = services, settings.max_streams, settings.stream_seconds
        self._watching: list[tuple[str, Caller]] = []
        self._watched = asyncio.Event()
        self._heads: dict[str, int] = {}
        self._newest: dict[str, str] = {}
        self._awaited: dict[str, tuple[str, float]] = {}
        """By service: when the change was recorded that the views do not have yet, and since when it is known."""
        self._reached: dict[str, str] = {}
        self._answered = 0.0
        self._said = b""

    # those who watch

    @contextmanager
    def watching(self, session: str, caller: Caller) -> Iterator[None]:
        mine = session, caller
        self._watching.append(mine)
        self._watched.set()
        try:
            yield
        finally:
            self._watching.remove(mine)

    def has_room(self, session: str) -> bool:
        mine = sum(each == session for each, _ in self._watching)
        return len(self._watching) < self._most and mine < MOST_OF_SESSION

    async def once(self) -> AsyncGenerator[bytes, None]:
        """For whom there is no room: what is known, and when to come again."""
        yield b"retry: %d\n\n%b" % (_AGAIN, self._said)

    async def told(self, goes_on: Callable[[], Awaitable[bool]], ending: asyncio.Event) -> AsyncGenerator[bytes, None]:
        """What is known, again whenever that is something else; as long as the session goes on."""
        yield b"retry: 2000\n\n"
        until, said, said_at = time.monotonic() + self._seconds, b"", time.monotonic()
        while not ending.is_set() and time.monotonic() < until:
            if self._said != said or time.monotonic() - said_at >= HEARTBEAT_SECONDS:
                if not await goes_on():
                    return
                news = b": nothing new\n\n" if self._said == said else self._said
                said, said_at = self._said, time.monotonic()
                yield news
            with suppress(TimeoutError):
                async with asyncio.timeout(TELL_SECONDS):
                    await ending.wait()

    # the look for all of them

    async def follow(self) -> None:
        """A worker: asks as whoever came last, and nothing while nobody watches."""
        while True:
            await self._watched.wait()
            self._awaited.clear()
            self._said = b""
            self._answered = time.monotonic()
            while self._watching:
                try:
                    await self._look(self._services.acting(self._watching[-1][1]))
                    self._answered = time.monotonic()
                except ClientError:
                    pass  # then it is late after a while
                except Exception as error:  # noqa: BLE001  pages are there without it
                    log.error("unexpected error", exc_info=error)
                self._said = self._told()
                await asyncio.sleep(LOOK_SECONDS)
            self._watched.clear()

    async def _look(self, client: Client) -> None:
        for service in SERVICES:
            with suppress(Refused):  # whoever may not read a service sees nothing of it
                await self._recorded(client, service)
        now = time.monotonic()
        for service, at in self._newest.items():
            if at != self._reached.get(service):
                self._awaited.setdefault(service, (at, now))
        if self._awaited:
            page = (await typed.read(client, NodePage, "/alignment/v1/nodes", limit=1)).value
            covered = {service: rfc3339(mark) for service, mark in page.watermark.items()}
            for service, (at, _) in list(self._awaited.items()):
                if service == _OWN or covered.get(service, "") >= at:
                    self._reached[service] = at
                    del self._awaited[service]

    async def _recorded(self, client: Client, service: str) -> None:
        """When the newest change was recorded that pages show."""
        head = (await client.changes(service, _BEYOND, 1))["head"]["position"]
        if head == self._heads.get(service):
            return
        window = 50 if service == _OWN else 1
        events = (await client.changes(service, max(0, head - window), window))["items"]
        at = next((each["time"] for each in reversed(events) if each["type"].split(".")[2] not in _FOLLOWS), None)
        if at:
            self._newest[service] = at
        self._heads[service] = head

    def _told(self) -> bytes:
        since = min([self._answered, *(since for _, since in self._awaited.values())])
        late = time.monotonic() - since > LATE_SECONDS
        return b"data: %b\n\n" % orjson.dumps({"at": self._reached, "late": late})
