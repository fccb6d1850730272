"""``Idempotency-Key``: a POST that is sent again does nothing again, and is answered as the first time.

A key is its caller's and its route's own. What it made is written in the transaction that made it, so a request that
failed leaves no trace and may be tried again; of two at the same moment the second waits for the first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from shared.changes import versions
from shared.changes.table import event_id
from shared.contracts.base import Kind
from shared.errors import BadRequest, Conflict, Invalid
from shared.resource.owner import Written
from shared.resource.store import Unit

KEPT = timedelta(hours=24)
_LONGEST = 255


class IdempotencyRow:
    """What a key made: one version of one entity."""

    __tablename__ = "idempotency"

    caller: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    id: Mapped[UUID]
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Key:
    text: str
    fingerprint: str


def key_of(header: str | None, raw: bytes) -> Key | None:
    """The key of a request, and what its body was; raises BadRequest for one that cannot be kept."""
    if header is None:
        return None
    text = header.strip().strip('"')
    if not 0 < len(text) <= _LONGEST or not text.isprintable():
        raise BadRequest(f"An Idempotency-Key has 1 to {_LONGEST} printable characters.")
    return Key(text, sha256(raw).hexdigest())


async def once(unit: Unit, kind: Kind, route: str, key: Key | None, make: Callable[[], Awaitable[Written]]) -> Written:
    """Make it, or give what the same request made before. Raises Conflict for a key that went with another body.

    ``route`` is the path below the version of the API: ``tactics``, or ``tactics/{id}/transitions`` with the id.
    """
    if key is None:
        return await make()
    table = unit.owner.metadata.tables["idempotency"]
    mine = {"caller": unit.caller.subject, "route": route, "key": key.text}
    before = (await unit.connection.execute(_before(table), mine)).one_or_none()
    if before is not None:
        return await _again(unit, kind, key, before)
    written = await make()
    row = {"fingerprint": key.fingerprint, "id": written.state.id, "version": written.state.version, "at": unit.now}
    await unit.connection.execute(table.insert(), [mine | row])
    return written


def _before(table: Table) -> Any:
    columns = (table.c[name] == bindparam(name) for name in ("caller", "route", "key"))
    return select(table).where(*columns)


async def _again(unit: Unit, kind: Kind, key: Key, before: Any) -> Written:
    if before.fingerprint != key.fingerprint:
        raise Conflict("This Idempotency-Key was used with another body.", errors=[_OTHER_BODY])
    changes = unit.owner.changes
    query = versions(changes, kind.name, before.id).where(changes.c.version == before.version)
    row = (await unit.connection.execute(query)).one()
    state = kind.model.model_validate_json(orjson.dumps(orjson.loads(row.data)["state"]))
    made, event = before.version == 1, str(event_id(kind.name, before.id, before.version))
    return Written(state, event, created=made, changed=False, replayed=True)


_OTHER_BODY = Invalid.at("#Idempotency-Key", "idempotency-key-reused", "Take a new key for a new request.").errors[0]


async def forget(connection: AsyncConnection, table: Table, now: datetime) -> None:
    """Remove keys that are older than a day."""
    await connection.execute(table.delete().where(table.c.at < now - KEPT))
