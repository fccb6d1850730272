"""An ``id_token`` (OpenID Connect Core 3.1.3.7), checked by the keys of the provider, not by its own word."""

import base64
import binascii
import hmac
import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.web.oidc.client import NotUsable
from shared.errors import BadRequest
from shared.http import strict_json
from shared.http.tokens import LEEWAY_SECONDS

ALGORITHMS: dict[str, tuple[type[OKPKey | ECKey | RSAKey], Mapping[str, str]]] = {
    "EdDSA": (OKPKey, {"kty": "OKP", "crv": "Ed25519"}),
    "Ed25519": (OKPKey, {"kty": "OKP", "crv": "Ed25519"}),
    "ES256": (ECKey, {"kty": "EC", "crv": "P-256"}),
    "RS256": (RSAKey, {"kty": "RSA"}),
    "PS256": (RSAKey, {"kty": "RSA"}),
}
"""What a signature may be made with, and the key that each takes: a key of another type verifies nothing."""
LONGEST = 32_768
"""Characters of a token; one with hundreds of groups has less."""
OLDEST_SECONDS = 600
_Name = Annotated[str, Field(min_length=1, max_length=2000)]
_Seconds = Annotated[int, Field(ge=0, le=2**53)]
_PRIVATE = ("d", "k")


class Head(BaseModel):
    """The header. What would change the meaning of the rest is refused; what only tells more is not looked at."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    alg: str
    kid: _Name | None = None
    typ: str | None = None
    crit: None = None
    b64: None = None


class IdToken(BaseModel):
    """Its claims; ``model_extra`` has those that are the provider's own."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    iss: _Name
    sub: _Name
    aud: _Name | Annotated[list[_Name], Field(min_length=1, max_length=20)]
    azp: _Name | None = None
    nonce: _Name
    iat: _Seconds
    exp: _Seconds
    nbf: _Seconds | None = None
    session_expiry: _Seconds | None = None
    """When the provider wants the session to have ended, where it says so."""


def head(token: str) -> Head:
    """Of a token that may be one. Raises NotUsable."""
    if len(token) > LONGEST or token.count(".") != 2 or not token.isascii():
        raise NotUsable("the id_token is no signed token, or too long")
    try:
        found = Head.model_validate(_read(token.split(".")[0]))
    except ValidationError:
        raise NotUsable("the header of the id_token is not valid") from None
    if found.alg not in ALGORITHMS:
        raise NotUsable(f"the id_token is not signed by one of {', '.join(ALGORITHMS)}")
    if (found.typ or "JWT").upper() != "JWT":
        raise NotUsable("the token is of another type than an id_token")
    return found


def key_for(found: Head, keys: Sequence[Mapping[str, Any]]) -> OKPKey | ECKey | RSAKey | None:
    """The one public key that may have made the signature, or None. Raises NotUsable where it could be several."""
    made_by, members = ALGORITHMS[found.alg]
    fitting = [
        key
        for key in keys
        if members.items() <= key.items()
        and found.kid in (None, key.get("kid"))
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, found.alg)
        and not any(member in key for member in _PRIVATE)
    ]
    if len(fitting) > 1:
        raise NotUsable("several keys of the provider may have signed the id_token")
    if not fitting:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)  # RSA of less than 2048 bits
            return made_by.import_key({name: value for name, value in fitting[0].items() if isinstance(value, str)})
    except (JoseError, ValueError, TypeError, SecurityWarning):
        raise NotUsable("the key of the provider cannot be used") from None


def opened(token: str, key: OKPKey | ECKey | RSAKey) -> Any:
    """The payload, as JSON, once its signature has been verified. Raises NotUsable."""
    alg = head(token).alg
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = LONGEST
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA is an older name of Ed25519, and still common
            signed = jws.deserialize_compact(token, key, registry=registry)
        return strict_json.read(signed.payload)
    except (JoseError, ValueError, BadRequest):
        raise NotUsable("the signature of the id_token does not hold") from None


def checked(payload: Any, *, issuer: str, client: str, nonce: str, now: float) -> IdToken:
    """The claims, if they are for this client, of this issuer, of now, and of the sign-in with this nonce. Raises
    NotUsable."""
    try:
        claims = IdToken.model_validate(payload)
    except ValidationError as error:
        members = ", ".join(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
        raise NotUsable(f"the id_token has no valid {members or 'claims'}") from None
    audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    wrong = {
        "is of another issuer": claims.iss != issuer,
        "is for another client": client not in audiences,
        "was made at the request of another client": claims.azp != client
        if claims.azp is not None or len(audiences) > 1
        else False,
        "has expired": now > claims.exp + LEEWAY_SECONDS,
        "is not valid yet": now < max(claims.iat, claims.nbf or 0) - LEEWAY_SECONDS,
        "is too old": now > claims.iat + OLDEST_SECONDS + LEEWAY_SECONDS,
        "is of another sign-in": not hmac.compare_digest(claims.nonce.encode(), nonce.encode()),
        "is of a session that has ended": claims.session_expiry is not None and now >= claims.session_expiry,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise NotUsable(f"the id_token {what}")
    return claims


def _read(part: str) -> Any:
    try:
        return strict_json.read(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, BadRequest, ValueError):
        raise NotUsable("the header of the id_token cannot be read") from None
