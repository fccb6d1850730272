"""Who calls and what they may do: bearer tokens, signed with a private key elsewhere, checked here with public ones."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from joserfc import jwt

from shared import clock
from shared.contracts import means
from shared.errors import Forbidden, Unauthorized, Unavailable
from shared.http.tokens import LEEWAY_SECONDS, Claims, NotAToken, opened
from shared.keys import ALGORITHM, LONGEST_TOKEN_SECONDS, PURPOSES, Ring, TrustedKeys, load_ring
from shared.scopes import ALL_SCOPES, OWNED

_REMEMBERED = 1000
_MEANS = {PURPOSES[holder].issuer: told for holder, told in (("web", "page"), ("alignment", "service"))}
"""What the issuer of a token tells of the means by which it is used."""


@dataclass(frozen=True)
class Caller:
    """The subject of a token and its scopes; ``means`` is by which the token is used, where that is known."""

    subject: str
    scopes: frozenset[str]
    means: str | None = None
    owners: frozenset[str] = frozenset()
    """As whom they own things, as ``party/id`` or ``role/id``, where their scopes ask for it."""

    def by(self, said: str | None) -> "Caller":
        """The same by the means that a client says, unless the token tells another."""
        return self if self.means else replace(self, means=means.said(said))

    def may(self, scope: str, kind: str | None = None) -> bool:
        """All of it, or all of a kind."""
        return scope in self.scopes or (kind is not None and f"{scope}:{kind}" in self.scopes)

    def may_own(self, scope: str, kind: str) -> bool:
        """What they own of a kind, and what lies under that."""
        return not self.scopes.isdisjoint({f"{scope}:{OWNED}", f"{scope}:{kind}:{OWNED}"})

    def may_some(self, scope: str) -> bool:
        """A part of it at least."""
        return self.may(scope) or any(each.startswith(f"{scope}:") for each in self.scopes)

    def demand(self, scope: str) -> None:
        if not self.may(scope):
            raise Forbidden(f"The token lacks the scope {scope}, which this needs.", scope=scope)


def mint(path: Path, subject: str | None = None, scopes: Iterable[str] | None = None, hours: float = 12) -> str:
    """A token, signed with the key in a file. Raises RingUnreadable, or ValueError for what it may not say."""
    return mint_with(load_ring(path), subject, scopes, hours)


def mint_with(
    ring: Ring,
    subject: str | None = None,
    scopes: Iterable[str] | None = None,
    hours: float = 12,
    owners: Iterable[str] = (),
) -> str:
    """Subject and scopes are by default those that the key is limited to. Raises ValueError."""
    grant, seconds = ring.grant, int(hours * 3600)
    if grant is None:
        raise ValueError("This key signs no tokens.")
    if not 0 < seconds <= LONGEST_TOKEN_SECONDS:
        raise ValueError(f"A token is valid for {LONGEST_TOKEN_SECONDS // 3600} hours at most.")
    if not (subject := subject or grant.subject):
        raise ValueError("The token needs a subject.")
    if scopes is None:
        scopes = ALL_SCOPES if grant.scopes is None else grant.scopes
    issued = int(clock.now().timestamp())
    claims = {
        "iss": grant.issuer,
        "aud": grant.audience,
        "sub": subject,
        "scope": " ".join(scopes),
        **({"owners": " ".join(owners)} if owners else {}),
        "iat": issued,
        "exp": issued + seconds,
    }
    header = {"alg": ALGORITHM, "kid": ring.current.kid, "typ": "JWT"}
    return jwt.encode(header, claims, ring.current.key(), algorithms=[ALGORITHM])


class Authenticator:
    """Checks tokens against the public keys in a file, by one algorithm, never by what a token says of itself."""

    def __init__(self, path: Path) -> None:
        self._keys = TrustedKeys(path)
        self._known: dict[str, tuple[float, Caller]] = {}
        self._known_by: object = None

    def caller(self, authorization: str | None) -> Caller:
        """Raises Unauthorized without a valid, current bearer token, and Unavailable without keys to check it."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            said = "Send a bearer token: Authorization: Bearer TOKEN."
            raise Unauthorized(said, headers={"WWW-Authenticate": "Bearer"})
        self._forget_if_keys_changed()
        try:
            ends, caller = self._known.get(token) or self._check(token)
        except NotAToken:
            raise _refused() from None
        if ends + LEEWAY_SECONDS < clock.now().timestamp():
            raise _refused()
        return caller

    def _forget_if_keys_changed(self) -> None:
        try:
            keys = self._keys.current()
        except (OSError, ValueError):
            raise Unavailable("There are no keys to check tokens with.", headers={"Retry-After": "10"}) from None
        if keys is not self._known_by:
            self._known.clear()
            self._known_by = keys

    def _check(self, token: str) -> tuple[float, Caller]:
        now = clock.now().timestamp()
        claims, key = opened(token, self._keys.find, "JWT", now)
        scopes = claims.scope.split()
        if not claims.is_for(self._keys.current().audience) or not key.covers(claims.iss, claims.sub, scopes):
            raise NotAToken
        if claims.exp - claims.iat > LONGEST_TOKEN_SECONDS:
            raise NotAToken
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[token] = float(claims.exp), _caller(claims, scopes)
        return self._known[token]


def _caller(claims: Claims, scopes: Iterable[str]) -> Caller:
    return Caller(claims.sub, frozenset(scopes), _MEANS.get(claims.iss), frozenset(claims.owners.split()))


def _refused() -> Unauthorized:
    said = "The token is not valid: it has expired, or it was made for another platform. Send a new one."
    return Unauthorized(said, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
