"""``/changes/stream``: events as they are sequenced, as server-sent events (HTML Living Standard, 9.2). The id of each
is its position, so whoever comes back with ``Last-Event-ID`` goes on without a gap and without a double."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.changes.page import Source, Where
from shared.errors import Conflict, Unavailable

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
"""After which something is sent where there is nothing new, so that nobody in between ends the connection."""
PAUSE_SECONDS = 0.25
"""Between two looks at the head, which all streams share."""
MOST_OF_CALLER = 10
PAGE = 200
_COME_BACK = {"Retry-After": "5"}
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streams:
    """Those that a process has open for one service; each ends after ``seconds``, and its token is looked at again."""

    def __init__(self, source: Source, most: int, seconds: float) -> None:
        self.source = source
        self.most, self.seconds = most, seconds
        self._open: Counter[str] = Counter()
        self._looked, self._newest = 0.0, 0

    def demand_room(self, subject: str) -> None:
        """Raises Unavailable where there are enough of them."""
        if self._open.total() >= self.most:
            raise Unavailable(f"There are {self.most} streams already: come back, or ask /changes.", headers=_COME_BACK)
        if self._open[subject] >= MOST_OF_CALLER:
            detail = f"You have {MOST_OF_CALLER} streams already: end one, or ask /changes."
            raise Unavailable(detail, headers=_COME_BACK)

    @contextmanager
    def open(self, subject: str) -> Iterator[None]:
        self._open[subject] += 1
        try:
            yield
        finally:
            self._open[subject] -= 1
            self._open = +self._open

    async def begin(self, after: int) -> None:
        """Raises Conflict for a position that there never was: nothing would come, and nobody would know why."""
        newest = (await self.source.head()).position
        if after > newest:
            raise Conflict(f"The newest event is {newest}: this is not the history in which you read {after}.")

    async def _reached(self) -> int:
        """The newest position, looked at by the first who asks after a pause."""
        if time.monotonic() - self._looked >= PAUSE_SECONDS:
            self._looked = time.monotonic()
            self._newest = (await self.source.head()).position
        return self._newest

    async def events(self, after: int, where: Where, ending: asyncio.Event) -> AsyncGenerator[bytes, None]:
        """Until the server ends, or the stream has lasted long enough. No connection of the database is held while
        somebody reads."""
        yield b"retry: 1000\n\n"
        until = time.monotonic() + self.seconds
        told, told_at = after, time.monotonic()
        while not ending.is_set() and time.monotonic() < until:
            newest = await self._reached()
            if newest > after:
                events, after, _ = await self.source.page(after, PAGE, where)
                if events:
                    told, told_at = after, time.monotonic()
                    yield b"".join(b"id: %d\ndata: %b\n\n" % event for event in events)
                continue
            if time.monotonic() - told_at >= HEARTBEAT_SECONDS:
                # what was passed over need not be looked through again
                passed = b"id: %d\n" % after if after > told else b""
                told, told_at = after, time.monotonic()
                yield passed + b": nothing new\n\n"
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_SECONDS):
                    await ending.wait()


class EventStream(StreamingResponse):
    """One that is ``opened``, and counted as long as it is sent; a reader that is too slow loses its connection like
    any other."""

    def __init__(self, opened: AbstractContextManager[None], events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, headers=_HEADERS, media_type=MEDIA_TYPE)
        self._opened, self._events = opened, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._opened:
            try:
                await super().__call__(scope, receive, send)
            finally:
                await self._events.aclose()
