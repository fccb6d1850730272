"""The signature log: its signed heads, and the proofs of what they hold (RFC 9162)."""

from typing import Literal

from shared.contracts.base import Model
from shared.contracts.instant import Instant


class SigningKey(Model):
    """Public half of an Ed25519 key as a JSON Web Key (RFC 8037)."""

    kty: Literal["OKP"]
    """Type of the key."""
    crv: Literal["Ed25519"]
    """Its curve."""
    x: str
    """The key itself, base64url."""


class Signature(Model):
    """A detached signature (JWS, RFC 7515, appendix F) over the canonical form (RFC 8785) of what stands beside it."""

    key: SigningKey
    """Public key by which it is checked; whoever checks it must trust this key."""
    jws: str
    """Compact form without the payload."""


class LogHead(Model):
    """A signed head of the signature log."""

    size: int
    """Number of entries."""
    root: str
    """Root of the Merkle tree over them, in hexadecimal."""
    at: Instant
    """When the newest of them was entered."""
    signature: Signature
    """Signature over size, root and time."""


class Place(Model):
    """Where an entry stands in the log."""

    position: int
    """Its position, from 0 on."""
    path: list[str]
    """Inclusion proof from the entry up to the root, in hexadecimal."""
    head: LogHead
    """The head that the proof leads to."""


class Consistency(Model):
    """The proof that one head of the log goes on another."""

    first: LogHead
    """The smaller head."""
    second: LogHead
    """The larger head."""
    path: list[str]
    """Consistency proof between their roots (RFC 9162, section 2.1.4), in hexadecimal."""
