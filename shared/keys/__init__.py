"""Ed25519 keys in files: a private one for each purpose, and the public ones that everybody else checks with."""

from shared.keys.folder import LONGEST_TOKEN_SECONDS, PURPOSES, make_keys, rotate_key
from shared.keys.jwk import ALGORITHM, PrivateKey, PublicKey, generate
from shared.keys.ring import Grant, KeyFile, Ring, RingUnreadable, load_ring, make_ring
from shared.keys.trusted import TokenKey, TrustedKeys, TrustedSet, load_trusted

__all__ = [
    "ALGORITHM",
    "LONGEST_TOKEN_SECONDS",
    "PURPOSES",
    "Grant",
    "KeyFile",
    "PrivateKey",
    "PublicKey",
    "Ring",
    "RingUnreadable",
    "TokenKey",
    "TrustedKeys",
    "TrustedSet",
    "generate",
    "load_ring",
    "load_trusted",
    "make_keys",
    "make_ring",
    "rotate_key",
]
