"""HTTP of signing in and out by a provider: the way there, the way back, and the way out (OpenID Connect, the code flow
with PKCE).

For the way the browser holds one secret. State, nonce and verifier follow from it, each by a hash of its own: what the
provider is shown gives nothing of the others away, and what comes back belongs to this browser.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlencode

from fastapi import Request, Response

from services.web import cookies
from services.web.auditing import Audit
from services.web.frame import Frame
from services.web.oidc.client import Client, NotUsable, client_of
from services.web.oidc.id_token import OLDEST_SECONDS
from services.web.oidc.provider import Away, Provider
from services.web.rendering import Place, page
from services.web.sessions import ByProvider, Session, Sessions
from services.web.signing_in import PATH, SigningIn, led_to, refused, theme_of
from shared.config import Settings
from shared.errors import Forbidden, Unauthorized
from shared.storage.db import Database
from shared.telemetry import log

_WAY_SECONDS = 600
_SCOPES = ("profile", "email", "groups")
"""What is asked for besides ``openid``, where the provider says that it has them."""
_LONGEST_HINT = 4096
"""Of an address: a longer token is no hint that every server would read."""
_LAST = 253_000_000_000
"""Seconds to a day in the year 9987: a time after it is one that there is in no calendar."""
_ELSEWHERE = "This sign-in was begun in another browser, or too long ago. Begin again."
_UNUSABLE = "What {host} answered cannot be used. Begin again; if that does not help, ask who keeps this platform."
_NO_GROUP = (
    "{host} has signed you in as {subject}, but none of your groups may do anything here. Ask who keeps this platform."
)


@dataclass(frozen=True)
class _Way:
    """From a press on the button to the way back."""

    secret: str

    @property
    def state(self) -> str:
        return self._hash("state")

    @property
    def nonce(self) -> str:
        return self._hash("nonce")

    @property
    def verifier(self) -> str:
        return self._hash("verifier")

    @property
    def challenge(self) -> str:
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def _hash(self, purpose: str) -> str:
        return sha256(f"{purpose}:{self.secret}".encode()).hexdigest()


class SingleSignOn:
    def __init__(self, client: Client, signing_in: SigningIn) -> None:
        self._client = client
        self._signing_in = signing_in
        self._provider = Provider(client)

    async def begin(self, request: Request) -> Response:
        """Leads to the provider."""
        client = self._client
        try:
            about = await self._provider.metadata()
        except Away as error:
            return self._away(request, error)
        way = _Way(secrets.token_urlsafe(32))
        supported = about.scopes_supported or ()
        asked = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": client.redirect_uri,
            "scope": " ".join(["openid", *(scope for scope in _SCOPES if scope in supported)]),
            "state": way.state,
            "nonce": way.nonce,
            "code_challenge": way.challenge,
            "code_challenge_method": "S256",
        }
        answer = led_to(_with(about.authorization_endpoint, asked))
        cookies.hold(request, answer, "way", way.secret, _WAY_SECONDS)
        return answer

    async def come_back(self, request: Request) -> Response:
        """What the provider leads to. Only the browser that began is signed in, and once."""
        way, state = _Way(cookies.held(request, "way") or ""), request.query_params.get("state", "")
        if not way.secret or not hmac.compare_digest(way.state.encode(), state.encode()):
            return self._signing_in.wrong(request, _ELSEWHERE)
        try:
            answer = await self._signed_in(request, way)
        except Away as error:
            return self._away(request, error)
        except NotUsable as error:
            log.warning("sign-in refused", provider=self._client.host, reason=str(error))
            answer = self._signing_in.wrong(request, _UNUSABLE.format(host=self._client.host))
        except Unauthorized:
            answer = self._signing_in.wrong(request, "This sign-in has been used. Begin again.")
        except Forbidden as error:
            answer = self._refused(request, 403, "You may not do anything here", error.detail)
        cookies.drop(request, answer, "way")
        return answer

    async def farewell(self, request: Request, session: Session) -> Response:
        """After a session has ended: the provider that began it is asked to sign out as well, where it can be. The page
        leads there by itself: browsers let no form lead to another site through a redirect, by our own policy."""
        client = self._client
        if session.id_token is None:
            return led_to("/")
        try:
            endpoint = (await self._provider.metadata()).end_session_endpoint
        except Away as error:
            log.warning("not signed out at the provider", provider=client.host, reason=str(error))
            endpoint = None
        if endpoint is None:
            return led_to("/")
        hint = {"id_token_hint": session.id_token} if len(session.id_token) <= _LONGEST_HINT else {}
        back = {"client_id": client.id, "post_logout_redirect_uri": f"{client.public_url}/"}
        address, frame = _with(endpoint, hint | back), Frame(theme=theme_of(request))
        place, crumbs = Place(PATH), [("Signed out", None)]
        answer = page("signedout", place, frame=frame, crumbs=crumbs, said=None, provider=client.host, address=address)
        answer.headers["Refresh"] = f"0;url={address}"
        return answer

    async def close(self) -> None:
        await self._provider.close()

    async def _signed_in(self, request: Request, way: _Way) -> Response:
        """Raises Away, NotUsable, Unauthorized where it is for the second time, or Forbidden."""
        client, code = self._client, await self._code(request)
        token, claims = await self._provider.redeem(code, way.verifier, way.nonce)
        caller = client.caller(claims.model_dump())
        if not caller.scopes:
            raise Forbidden(_NO_GROUP.format(host=client.host, subject=caller.subject))
        ends, until = _at(claims.iat + OLDEST_SECONDS), claims.session_expiry
        begun = ByProvider(caller, f"oidc:{way.state}", ends, client.mark, token, None if until is None else _at(until))
        return await self._signing_in.begun(request, await self._signing_in.sessions.begin_by(begun))

    async def _code(self, request: Request) -> str:
        """What the provider led back with. Raises Away, or NotUsable where it is of another one, or no code."""
        said, issuer = request.query_params, self._client.issuer
        if len(said.multi_items()) != len(said):
            raise NotUsable("a parameter came twice")
        names_itself = (await self._provider.metadata()).authorization_response_iss_parameter_supported
        if said.get("iss", None if names_itself else issuer) != issuer:
            raise NotUsable("the answer is of another issuer")
        if error := said.get("error"):
            raise NotUsable(f"the provider says {error if re.fullmatch('[a-z_]{1,50}', error) else 'what is no error'}")
        if not (code := said.get("code")):
            raise NotUsable("the answer has no code")
        return code

    def _away(self, request: Request, error: Away) -> Response:
        host = self._client.host
        log.warning("provider of sign-ins is away", provider=host, reason=str(error))
        detail = f"{host} does not answer as it should. Try again later, or sign in with a code."
        return self._refused(request, 503, "Sign-in is not possible now", detail)

    @staticmethod
    def _refused(request: Request, status: int, title: str, detail: str) -> Response:
        return refused(Place(PATH), Frame(theme=theme_of(request)), status, title, detail)


def ways_in(settings: Settings, database: Database, audit: Audit) -> tuple[SigningIn, SingleSignOn | None]:
    """By a code always, and by a provider where one is set. Raises Misconfigured."""
    client = client_of(settings)
    if client is None:
        return SigningIn(Sessions(settings, database), audit), None
    signing_in = SigningIn(Sessions(settings, database, client.mark), audit, client.host)
    return signing_in, SingleSignOn(client, signing_in)


def _with(address: str, parameters: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, _LAST), UTC)
