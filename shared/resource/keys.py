"""Keys: what people call an entity in files and on the command line, unique per kind."""

import re
import unicodedata
from uuid import UUID
from zlib import crc32

from shared.contracts.base import Kind, looks_like_an_id
from shared.dialects import lock_scope
from shared.errors import Conflict
from shared.resource import statements, store
from shared.resource.store import Unit


async def check(unit: Unit, kind: Kind, id: UUID, key: str) -> None:
    """Refuse a key that another entity has; raises Conflict, or Raced if it has just become this one's."""
    holder = await _holder(unit, kind, key)
    if holder == id:
        raise store.Raced
    if holder is not None:
        raise Conflict(f"There is {kind.one} with this key already.", pointer="/key")


async def _holder(unit: Unit, kind: Kind, key: str) -> UUID | None:
    query = statements.holder(unit.owner.table(kind))
    found: UUID | None = (await unit.connection.execute(query, {"of_key": key})).scalar()
    return found


async def made(unit: Unit, kind: Kind, name: str) -> str:
    """A key made from the name, suffixed if taken.

    Few are, so nobody looks before the insert says so; only then does who makes the same one wait for its turn.
    """
    base = _from_name(kind, name)
    if not unit.again or await _holder(unit, kind, base) is None:
        return base
    await lock_scope(unit.connection, crc32(f"{kind.name} {base}".encode()))
    suffixed = {"first": f"{base}-", "end": f"{base}."}  # the point is what follows the hyphen
    query = statements.keys_between(unit.owner.table(kind))
    taken = set((await unit.connection.execute(query, suffixed)).scalars())
    return next(key for n in range(2, len(taken) + 3) if (key := f"{base}-{n}") not in taken)


def from_id(kind: Kind, id: UUID) -> str:
    """A key for what has no name of its own."""
    return f"{kind.name.replace('_', '-')}-{id.hex[-12:]}"


def _from_name(kind: Kind, name: str) -> str:
    made, kind_word = slug(name), kind.name.replace("_", "-")
    return f"{kind_word}-{made}" if looks_like_an_id(made) else made or kind_word


def slug(name: str) -> str:
    """A key made from a name: lower-case ASCII words joined by hyphens; empty if nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100].rstrip("-")
