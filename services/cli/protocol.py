"""HTTP as it is read from a socket, within bounds that hold with a gateway in front and without one.

What a caller may take is bounded before any application runs: how large a head is, how long it may take, how slowly a
body may come and an answer be read, how many connections there are and how much waits to be sent. What breaks a bound,
and what is no HTTP at all, is refused as everything else is: with a problem document.
"""

import asyncio
from enum import Enum
from http import HTTPStatus
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.errors import BadRequest, DomainError, HeadTooLarge, TooSlow, Unavailable
from shared.http.problems import render

MOST_HEAD_BYTES, MOST_HEADERS = 32_768, 100
MOST_QUEUED = 16
"""Requests of one connection that are sent before the one ahead of them is answered."""
MOST_DISCARDED = 4 * 1024 * 1024
"""Bytes of a body that nobody reads any more, since its request is answered."""
MOST_UNREAD, MOST_UNSENT = 32, 128 * 1024 * 1024
"""Connections whose answers wait to be read, and their bytes; an answer is kept whole until its last byte is sent."""
HEAD_SECONDS = 10.0
LOOK_SECONDS = 5.0
LEAST_BYTES = 5 * 1024
"""That have to move in a direction between two looks."""
_PIECE = 8192
_SETTLED_SECONDS = 1.0


class Phase(Enum):
    """What a connection waits for."""

    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"


class Protocol(HttpToolsProtocol):
    """One connection. Looks every few seconds whether it gets on."""

    _unread: ClassVar[dict["Protocol", None]] = {}
    """Connections whose caller reads more slowly than the answer comes, the longest first."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._most, self.limit_concurrency = self.limit_concurrency, None  # refused here, and not in plain text
        self.ws_protocol_class = None
        self._fault: DomainError | None = None
        self._deaf = self._gone = False
        self._ending = asyncio.Event()
        self._reading: asyncio.Task[Any] | None = None
        self._head = self._head_size = self._discarded = self._received = self._unsent = 0
        self._in_head, self._drained = True, False
        self._enter(Phase.HEAD)
        self._looked = self._since
        self._look: asyncio.TimerHandle | None = None

    def _enter(self, phase: Phase) -> None:
        self._phase, self._since = phase, self.loop.time()

    # from the transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base class has it
        super().connection_made(transport)
        if self._most is not None and len(self.connections) > self._most and not self._make_room():
            self._refuse(Unavailable("There are too many connections.", headers={"Retry-After": "1"}))
        self._look = self.loop.call_later(LOOK_SECONDS, self._watch)

    def _make_room(self) -> bool:
        """Close the connection that has asked for nothing for longest, if it had the time to."""
        idle = [each for each in self.connections if isinstance(each, Protocol) and each.is_idle]
        oldest = min(idle, key=lambda each: each._since, default=None)
        if oldest:
            oldest.transport.abort()
        return oldest is not None

    @property
    def is_idle(self) -> bool:
        return self._phase is Phase.HEAD and self.loop.time() - self._since > _SETTLED_SECONDS

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._received += len(data)
        for start in range(0, len(data), _PIECE):
            if self._deaf or self.transport.is_closing():
                return
            self._feed(data[start : start + _PIECE])

    def _feed(self, piece: bytes) -> None:
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            pass  # answered as if nothing had been said of it
        except httptools.HttpParserError:
            self._refuse(self._fault or BadRequest("Invalid HTTP request received."))
            return
        self._head += len(piece) if self._in_head else 0
        if self._head > MOST_HEAD_BYTES + _PIECE:  # of a header that is not complete yet nothing else tells
            self._refuse(_too_large())

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread[self] = None
        left, unsent = len(self._unread), sum(each.transport.get_write_buffer_size() for each in self._unread)
        for each in list(self._unread):
            if left <= MOST_UNREAD and unsent <= MOST_UNSENT:
                break
            left, unsent = left - 1, unsent - each.transport.get_write_buffer_size()
            each.transport.abort()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread.pop(self, None)
        self._drained = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._unread.pop(self, None)
        if self._look:
            self._look.cancel()
        if self._reading:
            self._gone = True
            self._reading.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """What is sent for as long as somebody reads ends now."""
        self._ending.set()
        super().shutdown()

    # from the parser; what is raised here comes out of feed_data

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_QUEUED:
            self._fail(BadRequest("Too many requests wait for their answer on this connection."))
        self._head = self._head_size = self._discarded = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        if self._in_head:  # what follows a body is left out: the application has read the head already
            if len(self.headers) >= MOST_HEADERS:
                self._fail(_too_large())
            super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > MOST_HEAD_BYTES:
            self._fail(_too_large())

    def _fail(self, error: DomainError) -> None:
        self._fault = error
        raise error

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._enter(Phase.BODY)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self.cycle.response_complete:
            self._discarded += len(body)
            if self._discarded > MOST_DISCARDED:
                self._deaf = True
                self.transport.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head, self._head = True, 0
        self._enter(Phase.HEAD if self.cycle.response_complete else Phase.ANSWER)
        super().on_message_complete()

    # from the answer

    def on_response_complete(self) -> None:
        if self._phase is Phase.ANSWER and not self.pipeline:
            self._enter(Phase.HEAD)
        super().on_response_complete()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        async def unless_gone(scope: Any, receive: Any, send: Any) -> None:
            """What only reads ends with its caller; what writes is finished."""
            self._reading = asyncio.current_task() if scope["method"] in ("GET", "HEAD") else None
            try:
                await app(scope, receive, send)
            except asyncio.CancelledError:
                if not self._gone:
                    raise
                cycle.disconnected = True  # also of one that others were sent after: it misses no answer
            finally:
                self._reading = None

        cycle.scope["ending"] = self._ending
        super()._start_asgi_task(cycle, unless_gone)

    # looking after it

    def _watch(self) -> None:
        now, unsent = self.loop.time(), self.transport.get_write_buffer_size()
        if self._unsent and not self._drained and unsent > max(0, self._unsent - LEAST_BYTES):
            self.transport.abort()
            return
        if self._phase is Phase.HEAD and now - self._since > HEAD_SECONDS:
            self._deaf = self._deaf or not self._head  # who has not begun to speak is owed no answer
            self._refuse(TooSlow("The head of the request did not come in time."))
        if self._phase is Phase.BODY and self._since <= self._looked and self._starves():
            self._refuse(TooSlow("The body of the request comes too slowly."))
        self._received, self._unsent, self._drained, self._looked = 0, unsent, False, now
        self._look = self.loop.call_later(LOOK_SECONDS, self._watch)

    def _starves(self) -> bool:
        waits_for_us = self.flow.read_paused or self.cycle.waiting_for_100_continue
        return self._received < LEAST_BYTES and not waits_for_us

    def _refuse(self, error: DomainError) -> None:
        """Answer, unless there is an answer under way that this would break into, and close."""
        cycle = self.cycle
        busy = cycle is not None and not cycle.response_complete
        if not self._deaf and not (busy and (cycle.response_started or self.pipeline)):
            self._write(error)
        if busy:
            cycle.disconnected = True
            cycle.message_event.set()
        self._deaf = True
        self.transport.close()

    def _write(self, error: DomainError) -> None:
        answer = render(error)
        headers = [*answer.raw_headers, (b"connection", b"close")]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        line = b"HTTP/1.1 %d %s\r\n" % (error.status, HTTPStatus(error.status).phrase.encode())
        self.transport.write(line + head + b"\r\n" + bytes(answer.body))


def _too_large() -> HeadTooLarge:
    return HeadTooLarge(f"A request may have {MOST_HEADERS} headers and {MOST_HEAD_BYTES} bytes before its body.")
