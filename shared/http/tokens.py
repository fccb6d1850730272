"""What a signed token is made of, opened with suspicion: cheap tests come first, and the signature last but one."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.errors import BadRequest
from shared.http import strict_json
from shared.keys import ALGORITHM, TokenKey

LEEWAY_SECONDS = 30
_LONGEST = 8192
_OWNERS = r"^((party|role)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}( |$))*$"
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Seconds = Annotated[int, Field(ge=0, le=2**53)]
_M = TypeVar("_M", bound=BaseModel)


class NotAToken(Exception):
    """It is none, not ours, or not valid now; which of these is nobody's business."""


class _Header(BaseModel):
    """Nothing but these members: what is not known may change what the others mean."""

    model_config = ConfigDict(strict=True, extra="forbid")

    alg: Literal["Ed25519"]
    kid: Annotated[str, Field(min_length=1, max_length=100)]
    typ: _Name


class Claims(BaseModel):
    """What a token says (RFC 7519). Its subject is written into every record that its bearer changes."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    iss: _Name
    aud: _Name | Annotated[list[_Name], Field(min_length=1, max_length=10)]
    sub: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    iat: _Seconds
    exp: _Seconds
    nbf: _Seconds | None = None
    jti: _Name | None = None
    scope: Annotated[str, Field(max_length=4000)] = ""
    owners: Annotated[str, StringConstraints(max_length=4000, pattern=_OWNERS)] = ""

    def is_for(self, audience: str) -> bool:
        return audience == self.aud or (isinstance(self.aud, list) and audience in self.aud)


def opened(token: str, find: Callable[[str], TokenKey | None], type: str, now: float) -> tuple[Claims, TokenKey]:
    """The claims of a token of this type, and the key that signed it. Raises NotAToken, and what ``find`` raises."""
    if len(token) > _LONGEST or token.count(".") != 2:
        raise NotAToken
    first, second, _ = token.split(".")
    header = _read(_Header, first)
    if header.typ != type:
        raise NotAToken
    key = find(header.kid)
    if key is None or key.ended(now - LEEWAY_SECONDS):
        raise NotAToken
    try:
        jws.deserialize_compact(token, key.key(), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        raise NotAToken from None
    claims = _read(Claims, second)
    if not _is_current(claims, now) or not claims.sub.isprintable():
        raise NotAToken
    return claims, key


def _is_current(claims: Claims, now: float) -> bool:
    begins = max(claims.iat, claims.nbf or 0)
    return begins - LEEWAY_SECONDS <= now <= claims.exp + LEEWAY_SECONDS


def _read(model: type[_M], part: str) -> _M:
    """A part of a token, which is JSON in base64url (RFC 7515)."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        return model.model_validate(strict_json.read(raw))
    except (binascii.Error, BadRequest, ValidationError, ValueError):
        raise NotAToken from None
