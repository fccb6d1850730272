"""The provider, asked over HTTP: what it says of itself, its keys, and what a code is worth. An answer has a bound in
size and in time, and no redirect is followed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote_plus

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.web.oidc import id_token
from services.web.oidc.client import Client, NotUsable, origin
from services.web.oidc.id_token import IdToken
from shared import clock
from shared.errors import BadRequest
from shared.http import strict_json
from shared.received import Bounded
from shared.refused import Unusable

MOST_BYTES = 1024 * 1024
_SECONDS = 10.0
"""For a whole answer, however slowly it comes."""
_KEPT_SECONDS = 3600.0
_URGENT_SECONDS = 10.0
"""Least time between two looks for a key that is not among those that are known."""
_FAILED_SECONDS = 2.0
"""How long a provider that did not answer is not asked again."""
_MOST_KEYS = 100
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
_Address = Annotated[str, Field(min_length=1, max_length=2000)]
_Names = Annotated[list[str], Field(max_length=200)]
T = TypeVar("T")
_M = TypeVar("_M", bound=BaseModel)


class Away(Exception):
    """The provider does not answer, or not as a provider does. The text says why, for the log."""


class Metadata(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0, RP-Initiated Logout 1.0, RFC 9207)."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    issuer: _Address
    authorization_endpoint: _Address
    token_endpoint: _Address
    jwks_uri: _Address
    end_session_endpoint: _Address | None = None
    scopes_supported: _Names | None = None
    code_challenge_methods_supported: _Names | None = None
    token_endpoint_auth_methods_supported: _Names | None = None
    authorization_response_iss_parameter_supported: bool = False


class _Keys(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    keys: Annotated[list[dict[str, Any]], Field(max_length=_MOST_KEYS)]


class _Given(BaseModel):
    """What a code was worth; the access token is not used, and not kept."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    id_token: Annotated[str, Field(min_length=1)]


class _Kept(Generic[T]):
    """What was asked for, kept for a while: many who want it at once ask once, also where no answer comes."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._one = asyncio.Lock()
        self._value: T | None = None
        self._asked = self._failed = float("-inf")
        self._why = ""

    async def get(self, seconds: float = _KEPT_SECONDS) -> T:
        """No older than so many seconds. Raises Away."""
        async with self._one:
            now = time.monotonic()
            if self._value is None or now - self._asked >= seconds:
                if now - self._failed < _FAILED_SECONDS:
                    raise Away(self._why)
                try:
                    self._value = await self._ask()
                except Away as error:
                    self._failed, self._why = time.monotonic(), str(error)
                    raise
                self._asked = time.monotonic()
            return self._value


class Provider:
    def __init__(self, client: Client) -> None:
        self._client = client
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        self._http = Bounded(most=MOST_BYTES, timeout=_SECONDS, headers=headers)
        self._metadata = _Kept(self._discover)
        self._keys = _Kept(self._ask_keys)

    async def metadata(self) -> Metadata:
        """Raises Away."""
        return await self._metadata.get()

    async def redeem(self, code: str, verifier: str, nonce: str) -> tuple[str, IdToken]:
        """The ``id_token`` that a code is worth, as it came and as it was checked. Raises Away, or NotUsable."""
        token = await self._ask_token(code, verifier)
        found = id_token.head(token)
        key = id_token.key_for(found, (await self._keys.get()).keys)
        if key is None:
            key = id_token.key_for(found, (await self._keys.get(_URGENT_SECONDS)).keys)
        if key is None:
            raise NotUsable("the id_token is signed with a key that is none of the provider's")
        payload = id_token.opened(token, key)
        client, now = self._client, clock.now().timestamp()
        return token, id_token.checked(payload, issuer=client.issuer, client=client.id, nonce=nonce, now=now)

    async def close(self) -> None:
        await self._http.aclose()

    async def _discover(self) -> Metadata:
        found = await self._document(self._client.issuer.rstrip("/") + "/.well-known/openid-configuration", Metadata)
        if found.issuer != self._client.issuer:
            raise Away("it calls itself another issuer than PLUMBLINE_OIDC_ISSUER")
        for name in _ENDPOINTS:
            if (url := getattr(found, name)) is not None:
                self._check_endpoint(name, url)
        if "S256" not in (found.code_challenge_methods_supported or ["S256"]):
            raise Away("it does not offer PKCE by S256")
        return found

    def _check_endpoint(self, name: str, url: str) -> None:
        """What a provider calls its own is not asked wherever it lies: https, or where the issuer itself is."""
        try:
            where = origin(url)
        except ValueError as error:
            raise Away(f"its {name} {error}") from None
        if where[0] == "http" and where != origin(self._client.issuer):
            raise Away(f"its {name} is http elsewhere than at the issuer")

    async def _ask_keys(self) -> _Keys:
        return await self._document((await self.metadata()).jwks_uri, _Keys)

    async def _ask_token(self, code: str, verifier: str) -> str:
        about = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": verifier,
        }
        auth = None
        methods = about.token_endpoint_auth_methods_supported or ["client_secret_basic"]
        if self._client.secret is not None and "client_secret_basic" in methods:
            # each in the encoding of forms (RFC 6749, 2.3.1)
            auth = httpx.BasicAuth(quote_plus(self._client.id), quote_plus(self._client.secret))
        else:
            form["client_id"] = self._client.id
            if self._client.secret is not None:
                form["client_secret"] = self._client.secret
        request = self._http.build_request("POST", about.token_endpoint, data=form)
        response = await self._send(request, auth)
        if response.status_code == 400 and _error(response) == "invalid_grant":
            raise NotUsable("the provider does not take the code")
        return self._read(response, _Given).id_token

    async def _document(self, url: str, model: type[_M]) -> _M:
        return self._read(await self._send(self._http.build_request("GET", url)), model)

    async def _send(self, request: httpx.Request, auth: httpx.Auth | None = None) -> httpx.Response:
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._http.send(request, auth=auth, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, Unusable, ValueError) as error:
            raise Away(f"{request.url.path} has no answer that can be read ({type(error).__name__})") from None

    @staticmethod
    def _read(response: httpx.Response, model: type[_M]) -> _M:
        path = response.request.url.path
        if response.status_code != 200:
            raise Away(f"{path} answers {response.status_code} {_error(response)}".rstrip())
        try:
            return model.model_validate(strict_json.read(response.content))
        except (BadRequest, ValidationError):
            raise Away(f"{path} does not answer as a provider does") from None


_ERRORS = ("invalid_client", "invalid_grant", "invalid_request", "unauthorized_client", "unsupported_grant_type")


def _error(response: httpx.Response) -> str:
    """The error of OAuth that an answer names, if it names one."""
    try:
        said = strict_json.read(response.content)
    except BadRequest:
        return ""
    named = said.get("error") if isinstance(said, dict) else None
    return named if named in _ERRORS else ""
