"""One Ed25519 key as a JSON Web Key (RFC 8037), with its validity."""

from functools import lru_cache
from typing import Annotated, Any, Literal

from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field

ALGORITHM: Literal["Ed25519"] = "Ed25519"
"""By its fully specified name (RFC 9864)."""

_Bytes32 = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
_Seconds = Annotated[int, Field(ge=0, le=2**53)]


@lru_cache(maxsize=256)
def _imported(x: str) -> OKPKey:
    """Asked for with every token that is checked."""
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x})


class PublicKey(BaseModel):
    """What a checker needs. ``iat`` and ``exp`` say when the key began and when it ends, in seconds since 1970, by the
    names that OpenID Federation gives them; ``derived`` marks one that others than its owner could compute."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    kty: Literal["OKP"] = "OKP"
    """Type of the key."""
    crv: Literal["Ed25519"] = "Ed25519"
    """Its curve."""
    x: _Bytes32
    """The key itself, base64url."""
    kid: Annotated[str, Field(min_length=1, max_length=100)]
    """Its thumbprint (RFC 7638)."""
    use: Literal["sig"] = "sig"
    """What it is for."""
    alg: Literal["Ed25519"] = "Ed25519"
    """Algorithm that it signs with."""
    iat: _Seconds | None = None
    """When it began, in seconds since 1970."""
    exp: _Seconds | None = None
    """When it ends, in seconds since 1970."""
    derived: bool | None = None
    """Whether others than its owner could compute it."""

    def key(self) -> OKPKey:
        return _imported(self.x)

    def ended(self, now: float) -> bool:
        return self.exp is not None and self.exp <= now

    def document(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class PrivateKey(PublicKey):
    """The whole pair; ``d`` is the secret."""

    d: Annotated[_Bytes32, Field(repr=False)]

    def key(self) -> OKPKey:
        return OKPKey.import_key({"kty": self.kty, "crv": self.crv, "x": self.x, "d": self.d})

    def public(self) -> PublicKey:
        return PublicKey.model_validate(self.model_dump(exclude={"d"}))


def generate(now: int) -> PrivateKey:
    """A new pair that begins now; its ``kid`` is its thumbprint (RFC 7638)."""
    pair = OKPKey.generate_key(ALGORITHM)
    return PrivateKey.model_validate({**pair.as_dict(private=True), "kid": pair.thumbprint(), "iat": now})
