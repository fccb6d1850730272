"""What has a key, or was the last to have it."""

from uuid import UUID

import orjson

from shared.contracts.base import Kind, Record
from shared.errors import Gone, NotFound
from shared.resource import statements, store
from shared.resource.store import Unit
from shared.resource.tables import from_row


async def read(unit: Unit, kind: Kind, key: str) -> Record:
    """The current state of what has the key; raises NotFound, or Gone with the last state of what had it."""
    row = (await unit.connection.execute(statements.by_key(unit.owner.table(kind)), {"of_key": key})).mappings()
    if found := row.one_or_none():
        return from_row(kind, found)
    tombstones = await unit.connection.execute(statements.deleted(unit.owner.changes), {"of_kind": kind.name})
    for (data,) in tombstones:
        last = orjson.loads(data)["state"]
        if last["key"] == key and await store.load(unit, kind, UUID(last["id"])) is None:
            raise Gone(f"This {kind.name} was deleted.", last=last)
    raise NotFound(f"There is no {kind.name} with this key.")
