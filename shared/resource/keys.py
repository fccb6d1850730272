"""Keys: what people call an entity in files and on the command line, unique per kind."""

from uuid import UUID
from zlib import crc32

from shared.contracts import naming
from shared.contracts.base import Kind
from shared.errors import Conflict
from shared.resource import statements, store
from shared.resource.batch import Unbatched
from shared.resource.store import Unit
from shared.storage.dialects import lock_scope


async def check(unit: Unit, kind: Kind, id: UUID, key: str) -> None:
    """Refuse a key that another entity has; raises Conflict, or Raced if it has just become this one's."""
    holder = await _holder(unit, kind, key)
    if holder == id:
        raise store.Raced
    if holder is not None:
        detail = f"There is {kind.one} with this key already: choose another key, or change that one."
        raise Conflict(detail, pointer="/key")


async def _holder(unit: Unit, kind: Kind, key: str) -> UUID | None:
    if unit.batch:
        return unit.batch.holder(kind.name, key)
    query = statements.holder(unit.owner.table(kind))
    found: UUID | None = (await unit.connection.execute(query, {"of_key": key})).scalar()
    return found


async def made(unit: Unit, kind: Kind, name: str) -> str:
    """A key made from the name, suffixed if taken.

    Few are, so nobody looks before the insert says so; only then does who makes the same one wait for its turn.
    """
    base = naming.from_name(kind, name)
    if unit.batch and await _holder(unit, kind, base) is not None:
        raise Unbatched
    if not unit.again or await _holder(unit, kind, base) is None:
        return base
    await lock_scope(unit.connection, crc32(f"{kind.name} {base}".encode()))
    suffixed = {"first": f"{base}-", "end": f"{base}."}  # the point is what follows the hyphen
    query = statements.keys_between(unit.owner.table(kind))
    taken = set((await unit.connection.execute(query, suffixed)).scalars())
    return next(key for n in range(2, len(taken) + 3) if (key := f"{base}-{n}") not in taken)
