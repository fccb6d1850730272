"""How the page reaches the services: over HTTP, with a token of its own making for whoever has signed in."""

from dataclasses import replace

import httpx

from shared import clock, typed
from shared.client import Client
from shared.config import Settings
from shared.contracts.views.me import Me
from shared.http import auth
from shared.http.auth import Caller
from shared.keys import KeyFile
from shared.scopes import OWNED

_SECONDS = 300
"""How long a token lasts: what somebody may no longer do ends with it."""
_LEFT_SECONDS = 60
_REMEMBERED = 1000
_OWNERS_SECONDS, _MOST_OWNERS = 60, 50
"""Whose somebody is, is asked so often; a token has room for so many of them."""


class _Tokens:
    """A token for each who is here, and another one before it ends, or when the key has been rotated."""

    def __init__(self, key: KeyFile) -> None:
        self._key = key
        self._made: dict[Caller, tuple[str, str, float, float]] = {}

    def of(self, who: Caller) -> str:
        """Raises RingUnreadable, or ValueError for what nobody may do by the page."""
        ring, now = self._key.ring(), clock.now().timestamp()
        token, kid, since, until = self._made.get(who, ("", "", 0.0, 0.0))
        if kid != ring.current.kid or not since <= now < until:  # a clock that was set back makes it one of the future
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            token = auth.mint_with(ring, who.subject, sorted(who.scopes), _SECONDS / 3600, sorted(who.owners))
            self._made[who] = token, ring.current.kid, now, now + _SECONDS - _LEFT_SECONDS
        return token


class _BySettings(httpx.AsyncBaseTransport):
    """Sends each request to the service that the first step of its path names."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=200))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        root = httpx.URL(self._settings.owner_url(request.url.path.split("/", 2)[1]))
        request.url = request.url.copy_with(scheme=root.scheme, host=root.host, port=root.port)
        request.headers["Host"] = root.netloc.decode("ascii")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Services:
    """``transport`` stays inside the process, in the embedded platform; else settings say where the services are."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._tokens = _Tokens(KeyFile(settings.web_key_path))
        self._owners: dict[str, tuple[float, frozenset[str]]] = {}
        self._client = Client("http://plumbline", transport=transport or _BySettings(settings))

    def acting(self, who: Caller) -> Client:
        """A client that does what they ask for, by their rights."""
        return self._client.acting(lambda: self._tokens.of(who))

    async def known(self, who: Caller) -> Caller:
        """With as whom they own things, where what they may do depends on that; asked again before their token ends."""
        if not any(scope.endswith(f":{OWNED}") for scope in who.scopes):
            return who
        until, owners = self._owners.get(who.subject, (0.0, frozenset[str]()))
        if (now := clock.now().timestamp()) >= until:
            me = (await typed.read(self.acting(who), Me, "/alignment/v1/me")).value
            owners = frozenset(me.owners[:_MOST_OWNERS])
            if len(self._owners) >= _REMEMBERED:
                self._owners.clear()
            self._owners[who.subject] = now + _OWNERS_SECONDS, owners
        return replace(who, owners=owners)

    async def close(self) -> None:
        await self._client.close()
