"""A client of the HTTP API, for the command line, for imports and for alignment. It knows contracts, not frameworks."""

import asyncio
import builtins
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from copy import copy
from hashlib import sha256
from typing import Any, Self
from urllib.parse import quote

import httpx
import orjson

from shared.contracts import NODE_KINDS, Kind
from shared.contracts.means import HEADER
from shared.received import MOST_BYTES, Bounded, too_large, whole
from shared.refused import (
    ClientError,
    Conflict,
    Failing,
    Gone,
    Json,
    NotFound,
    PreconditionFailed,
    Refused,
    Unauthorized,
    Unreachable,
    Unusable,
    content,
    refusal,
)

__all__ = [
    "Bounded", "Client", "ClientError", "Conflict", "Failing", "Gone", "Json", "NotFound", "PreconditionFailed",
    "Refused", "Unauthorized", "Unreachable", "Unusable", "path_of",
]  # fmt: skip

PAGE = 200
_TRIES = 4
_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_AS_IT_IS = "~:@!$&'()*+,;="
"""In a step of a path (RFC 3986)."""
_TIMEOUT = httpx.Timeout(30, connect=5)
_STREAMED = httpx.Timeout(45, connect=5)
"""Of a stream something comes more often than that."""


def path_of(kind: Kind, id: str | None = None) -> str:
    """The path of a collection, or of one entity in it."""
    collection = f"/{kind.service}/v1/{kind.collection}"
    return f"{collection}/{id}" if id else collection


def _kind(kind: Kind | str) -> Kind:
    return NODE_KINDS[kind] if isinstance(kind, str) else kind


class Client:
    """One server, one token. Kinds are given by name; links, which every owner has, as ``LINKS[service]``.

    Every call raises Unreachable or a Refused. Only what is safe to repeat is repeated, a few times: GET, and PUT
    under the caller's id, after a connection error or a 503.
    """

    def __init__(
        self, base_url: str, token: str | Callable[[], str] = "", transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """``token`` may be a function, for one who outlives a single token."""
        self._token = token if callable(token) else lambda: token
        self._http = Bounded(base_url=base_url, transport=transport, timeout=_TIMEOUT)
        self.means = ""
        """By which it says that it does what it does."""
        self.once = ""
        """Where it is set, the same POST of a client with the same text is done once (``Idempotency-Key``)."""
        self.event: str | None = None
        """Id of the newest event that a write of this client has made."""

    def acting(self, token: Callable[[], str]) -> "Client":
        """The same server over the same connections, as somebody else. It ends with the one that it comes from."""
        other = copy(self)
        other._token = token
        return other

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, kind: Kind | str, id: str, version: int | None = None) -> Json:
        """The state of an entity, now or as of a version."""
        params = {} if version is None else {"version": version}
        return await self.get_json(path_of(_kind(kind), id), **params)

    async def find(self, kind: Kind | str, key: str) -> Json | None:
        """The entity with this key, or None."""
        page = await self.get_json(path_of(_kind(kind)), key=key, limit=1)
        items: list[Json] = page["items"]
        return items[0] if items else None

    def list(self, kind: Kind | str, **filters: Any) -> AsyncIterator[Json]:
        """Every entity that the filters leave."""
        return self.items(path_of(_kind(kind)), **filters)

    async def items(self, path: str, **params: Any) -> AsyncIterator[Json]:
        """Every item of a list at a path, page by page."""
        cursor = None
        while True:
            page = await self.get_json(path, **{"limit": PAGE, **params, "cursor": cursor})
            for item in page["items"]:
                yield item
            cursor = page.get("next_cursor")
            if not cursor:
                return

    async def put(self, kind: Kind | str, id: str, body: Json, *, version: int | None = None) -> Json:
        """Create under the caller's id, or with ``version`` replace that version; returns the new state."""
        condition = {"If-None-Match": "*"} if version is None else {"If-Match": f'"{version}"'}
        return await self.send("PUT", path_of(_kind(kind), id), body, condition, safe=True)

    async def patch(self, kind: Kind | str, id: str, version: int, merge: Json) -> Json:
        """Merge a patch into the version that was read; returns the new state."""
        return await self.send("PATCH", path_of(_kind(kind), id), merge, {"If-Match": f'"{version}"'})

    async def post(self, kind: Kind | str, body: Json) -> Json:
        """Create under an id that the server gives; returns the new state."""
        return await self.send("POST", path_of(_kind(kind)), body)

    async def delete(self, kind: Kind | str, id: str, version: int, reason: str) -> None:
        """Delete what never was live."""
        await self.send("DELETE", path_of(_kind(kind), id), None, {"If-Match": f'"{version}"'}, reason=reason)

    async def transition(self, kind: Kind | str, id: str, version: int, to: str, reason: str | None = None) -> Json:
        """Move an entity to another state of its lifecycle; returns the new state."""
        path, body = f"{path_of(_kind(kind), id)}/transitions", {"to": to, "reason": reason}
        return await self.send("POST", path, body, {"If-Match": f'"{version}"'})

    async def bulk(
        self, service: str, lines: Iterable[Json], *, preview: bool = False, atomic: bool = False
    ) -> builtins.list[Json]:
        """Many PUTs to a service, each ``{kind, id, body, if_match}``, or with a ``transition`` instead of the body; an
        answer for each, in their order. With ``preview`` nothing is written; ``atomic`` writes all of them or none."""
        raw = "\n".join(json.dumps(line, ensure_ascii=False, allow_nan=False) for line in lines).encode()
        headers = {**self._bearer(), "Content-Type": "application/x-ndjson"}
        params = {name: "true" for name, on in (("preview", preview), ("atomic", atomic)) if on}
        request = self._http.build_request("POST", f"/{service}/v1/bulk", params=params, content=raw, headers=headers)
        response = await self._answer(request, _TRIES)
        if response.status_code >= 300:
            raise refusal(response)
        return [json.loads(line) for line in response.content.split(b"\n") if line]

    async def changes(self, service: str, after: int = 0, limit: int = PAGE) -> Json:
        """A page of a service's events in the order of their positions: ``{items, next_after, head}``."""
        return await self.get_json(f"/{service}/v1/changes", after=after, limit=limit)

    async def stream(
        self, service: str, after: int, opened: Callable[[], object] | None = None
    ) -> AsyncGenerator[Json, None]:
        """A service's events after a position, as they are recorded, until the server ends the stream; it is told that
        it has ``opened``, also where nothing comes yet."""
        headers = {**self._bearer(), "Accept": "text/event-stream", "Last-Event-ID": str(after)}
        path = f"/{service}/v1/changes/stream"
        try:
            async with self._http.stream("GET", path, headers=headers, timeout=_STREAMED) as response:
                if response.status_code >= 300:
                    raise refusal(await whole(response))
                if opened:
                    opened()
                left = b""
                async for chunk in response.aiter_bytes():
                    *lines, left = (left + chunk).split(b"\n")
                    if len(left) > MOST_BYTES:
                        raise too_large(response)
                    for line in lines:
                        if line.startswith(b"data: "):
                            yield orjson.loads(line[6:])
        except httpx.TransportError as error:
            raise Unreachable(f"{path} has ended: {error or type(error).__name__}") from error

    async def get_json(self, path: str, **params: Any) -> Json:
        """The document at a path; parameters that are None are left out."""
        return await self.send("GET", path, safe=True, **params)

    async def send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        safe: bool = False,
        **params: Any,
    ) -> Json:
        """Any call of the API; ``safe`` says that sending it twice does no more than sending it once. A path is taken
        as it reads: no sign in a key leads to another address."""
        given = {name: value for name, value in params.items() if value is not None}
        every = {**self._bearer(), **(headers or {})}
        if self.once and method == "POST" and not safe:
            said = json.dumps([self.once, path, given, body], sort_keys=True)
            every["Idempotency-Key"] = sha256(said.encode()).hexdigest()
        request = self._http.build_request(method, _quoted(path), params=given, json=body, headers=every)
        response = await self._answer(request, _TRIES if safe else 1)
        self.event = response.headers.get("Plumbline-Event", self.event)
        return content(response)

    def _bearer(self) -> dict[str, str]:
        token, said = self._token(), {HEADER: self.means} if self.means else {}
        return {"Authorization": f"Bearer {token}", **said} if token else said

    async def _answer(self, request: httpx.Request, tries: int) -> httpx.Response:
        for attempt in range(1, tries):
            pause = _PAUSE * 2**attempt
            try:
                response = await self._http.send(request)
            except httpx.TransportError:
                await asyncio.sleep(pause)
                continue
            if response.status_code != 503:
                return response
            await asyncio.sleep(_retry_after(response, pause))
        try:
            return await self._http.send(request)
        except httpx.TransportError as error:
            why = str(error) or type(error).__name__
            raise Unreachable(f"{request.url.copy_with(query=None)} cannot be reached: {why}") from error


def _quoted(path: str) -> str:
    """As an address has it; also steps that would lead back."""
    steps = ("%2E" * len(step) if step in (".", "..") else quote(step, safe=_AS_IT_IS) for step in path.split("/"))
    return "/".join(steps)


def _retry_after(response: httpx.Response, default: float) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() else default
