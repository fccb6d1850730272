"""Codes that sign somebody in on the page: signed by the issuer, good for ten minutes, and no tokens."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt

from shared import clock
from shared.errors import Unauthorized
from shared.http.auth import Caller
from shared.http.tokens import NotAToken, opened
from shared.keys import ALGORITHM, Ring, TrustedKeys
from shared.scopes import EVERYTHING, PEOPLE, READING

CODE_SECONDS = 600
_TYPE = "plumbline-sign-in+jwt"


def mint_code(ring: Ring, subject: str, scopes: Iterable[str] = ()) -> str:
    """A code for a subject, who may read, and act by these scopes, or by all with `*`. Raises ValueError."""
    if ring.grant is None:
        raise ValueError("This key signs nobody in.")
    issued = int(clock.now().timestamp())
    claims = {
        "iss": ring.grant.issuer,
        "aud": ring.grant.audience,
        "sub": subject,
        "scope": EVERYTHING if EVERYTHING in scopes else " ".join(sorted({*READING, *scopes})),
        "iat": issued,
        "exp": issued + CODE_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }
    header = {"alg": ALGORITHM, "kid": ring.current.kid, "typ": _TYPE}
    return jwt.encode(header, claims, ring.current.key(), algorithms=[ALGORITHM])


@dataclass(frozen=True)
class SignInCode:
    """A code as it was signed. Whether it has been used is not in it."""

    id: str
    caller: Caller
    kid: str
    ends: int


class SignInCodes:
    """Checks codes against the public keys in a file."""

    def __init__(self, path: Path) -> None:
        self._keys = TrustedKeys(path)

    def opened(self, text: str) -> SignInCode:
        """Raises Unauthorized."""
        try:
            claims, key = opened(text, self._keys.find, _TYPE, clock.now().timestamp())
            audience = self._keys.current().audience
        except (NotAToken, OSError, ValueError):
            raise Unauthorized("The code is not valid.") from None
        scopes = PEOPLE if claims.scope == EVERYTHING else claims.scope.split()
        is_ours = claims.is_for(audience) and key.covers(claims.iss, claims.sub, scopes)
        if not is_ours or not claims.jti or claims.exp - claims.iat > CODE_SECONDS:
            raise Unauthorized("The code is not valid.")
        return SignInCode(claims.jti, Caller(claims.sub, frozenset(scopes)), key.kid, claims.exp)

    def trusts(self, kid: str) -> bool:
        """Whether what began with this key may go on."""
        try:
            key = self._keys.find(kid)
        except (OSError, ValueError):
            return False
        return key is not None and not key.ended(clock.now().timestamp())
