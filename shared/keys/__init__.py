"""Ed25519 keys in files: a private one for each purpose, and the public ones that everybody else checks with."""

from shared.keys.folder import make_keys
from shared.keys.jwk import PrivateKey, PublicKey, generate
from shared.keys.ring import KeyFile, Ring, RingUnreadable, load_ring, make_ring, rotate_ring

__all__ = [
    "KeyFile",
    "PrivateKey",
    "PublicKey",
    "Ring",
    "RingUnreadable",
    "generate",
    "load_ring",
    "make_keys",
    "make_ring",
    "rotate_ring",
]
