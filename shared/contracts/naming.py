"""What a key is made of when nobody gives one: the name, or the id."""

import re
import unicodedata
from uuid import UUID

from shared.contracts.base import Kind, looks_like_an_id


def from_id(kind: Kind, id: UUID) -> str:
    """A key for what has no name of its own."""
    return f"{kind.name.replace('_', '-')}-{id.hex[-12:]}"


def from_name(kind: Kind, name: str) -> str:
    """The key that a name makes, if nobody else has it."""
    made, kind_word = slug(name), kind.name.replace("_", "-")
    return f"{kind_word}-{made}" if looks_like_an_id(made) else made or kind_word


def slug(name: str) -> str:
    """A key made from a name: lower-case ASCII words joined by hyphens; empty if nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100].rstrip("-")
