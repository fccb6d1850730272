"""Who calls and what they may do: bearer tokens signed by a local key, decided here and denied by default."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared import clock
from shared.config import SERVICES
from shared.errors import Forbidden, Unauthorized

ALGORITHM = "HS256"
AUDIENCE = "plumbline"
ACTIONS = ("read", "write", "register", "approve", "appoint", "correct", "admin")
"""``appoint`` changes who may sign, ``correct`` mends what was recorded wrongly; neither is part of ``write``."""
ALL_SCOPES = tuple(f"{service}:{action}" for service in SERVICES for action in ACTIONS)
_LEEWAY_SECONDS = 30
_REMEMBERED = 1000
_LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Caller:
    """The subject of a token and its scopes."""

    subject: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def demand(self, scope: str) -> None:
        if not self.may(scope):
            raise Forbidden(f"This needs the scope {scope}.", scope=scope)


def make_key(path: Path) -> None:
    """Write a new random key, readable by its owner only; an existing one stays."""
    if path.exists():
        return
    key = OctKey.generate_key(256, parameters={"use": "sig", "alg": ALGORITHM})
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(key.as_dict(private=True), file)


def mint(path: Path, subject: str, scopes: Iterable[str] = ALL_SCOPES, hours: float = 12) -> str:
    """A token for a subject, signed with the key in a file."""
    issued = clock.now()
    claims = {
        "iss": AUDIENCE,
        "aud": AUDIENCE,
        "sub": subject,
        "scope": " ".join(scopes),
        "iat": int(issued.timestamp()),
        "exp": int((issued + timedelta(hours=hours)).timestamp()),
    }
    return jwt.encode({"alg": ALGORITHM}, claims, _load(path))


def _load(path: Path) -> OctKey:
    return OctKey.import_key(json.loads(path.read_text()))


@dataclass
class Authenticator:
    """Checks tokens against one key and one algorithm, never one that the token names."""

    path: Path
    _key: OctKey | None = None
    _known: dict[str, tuple[float, Caller]] = field(default_factory=dict)

    def caller(self, authorization: str | None) -> Caller:
        """Raises Unauthorized without a valid, current bearer token."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("Send a bearer token.", headers={"WWW-Authenticate": "Bearer"})
        expires, caller = self._known.get(token) or self._check(token)
        if expires + _LEEWAY_SECONDS < clock.now().timestamp():
            raise _refused()
        return caller

    def _check(self, token: str) -> tuple[float, Caller]:
        self._key = self._key or _load(self.path)
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            _CLAIMS.validate(claims)
        except (JoseError, ValueError, RecursionError):
            raise _refused() from None
        if not _is_subject(claims["sub"]):
            raise _refused()
        caller = Caller(claims["sub"], frozenset(str(claims.get("scope", "")).split()))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[token] = float(claims["exp"]), caller
        return self._known[token]


_CLAIMS = jwt.JWTClaimsRegistry(
    leeway=_LEEWAY_SECONDS,
    iss={"essential": True, "value": AUDIENCE},
    aud={"essential": True, "value": AUDIENCE},
    sub={"essential": True},
    exp={"essential": True},
)


def _is_subject(value: object) -> bool:
    """It is written into every record that its bearer changes."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_SUBJECT and value.isprintable()


def _refused() -> Unauthorized:
    return Unauthorized("The token is not valid.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
