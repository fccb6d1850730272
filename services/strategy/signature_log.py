"""The signature log: every signed package is entered in a Merkle tree that only grows (RFC 9162), and each of its heads
is signed. Whoever keeps a proof can have it shown that nothing that was entered has been changed or removed since."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.strategy.models import SignatureEntry, SignatureHead, SignatureNode
from shared import merkle, proof
from shared.clock import rfc3339
from shared.contracts.content import canonical
from shared.errors import Invalid, NotFound
from shared.http.pagination import filled
from shared.keys import PrivateKey
from shared.merkle import Get, Node
from shared.storage.dialects import lock_scope

_LOCK = 2
_ENTRY, _NODE, _HEAD = (cast(Table, row.__table__) for row in (SignatureEntry, SignatureNode, SignatureHead))


async def enter(
    connection: AsyncConnection, key: PrivateKey, increment: UUID, statement: dict[str, Any], at: datetime
) -> None:
    """Enter what has been signed, in the transaction that signs it; one at a time, so that heads follow each other."""
    await lock_scope(connection, _LOCK)
    size = await _size(connection)
    raw = canonical(statement)
    nodes = await _nodes(connection, _growth(size, raw))
    grown = merkle.grown(nodes.__getitem__, size, raw)
    head = {"size": size + 1, "root": merkle.root((nodes | grown).__getitem__, size + 1).hex(), "at": rfc3339(at)}
    entry = {"position": size, "increment_id": increment, "statement": raw.decode()}
    await connection.execute(_ENTRY.insert(), entry | {"signature": proof.signature(key, statement)})
    rows = [{"level": level, "position": position, "hash": found.hex()} for (level, position), found in grown.items()]
    await connection.execute(_NODE.insert(), rows)
    signed = {**head, "at": at, "signature": proof.signature(key, proof.head_statement(head))}
    await connection.execute(_HEAD.insert(), signed)


def _growth(size: int, raw: bytes) -> set[Node]:
    """The complete subtrees on which a tree goes on, and on which its next root rests."""
    return merkle.needed(lambda get: (merkle.grown(get, size, raw), size and merkle.root(get, size)))


async def _size(connection: AsyncConnection) -> int:
    newest = select(_HEAD.c.size).order_by(_HEAD.c.size.desc()).limit(1)
    return (await connection.execute(newest)).scalar() or 0


async def _nodes(connection: AsyncConnection, wanted: Iterable[Node]) -> dict[Node, bytes]:
    named = tuple_(_NODE.c.level, _NODE.c.position).in_(sorted(wanted))
    rows = await connection.execute(select(_NODE.c.level, _NODE.c.position, _NODE.c.hash).where(named))
    return {(level, position): bytes.fromhex(found) for level, position, found in rows}


async def entered(connection: AsyncConnection, increment: UUID) -> dict[str, Any] | None:
    """What was signed, its signature, and the proof that it is in the log; None for what was signed before the log."""
    row = (await connection.execute(select(_ENTRY).where(_ENTRY.c.increment_id == increment))).one_or_none()
    if row is None:
        return None
    newest = await head(connection)
    path = await _proof(connection, lambda get: merkle.inclusion(get, row.position, newest["size"]))
    return {
        "statement": orjson.loads(row.statement),
        "signature": row.signature,
        "log": {"position": row.position, "path": path, "head": newest},
    }


async def _proof(connection: AsyncConnection, use: Callable[[Get], list[bytes]]) -> list[str]:
    nodes = await _nodes(connection, merkle.needed(use))
    return [step.hex() for step in use(nodes.__getitem__)]


async def head(connection: AsyncConnection, size: int | None = None) -> dict[str, Any]:
    """A signed head of the log, the newest one without a size. Raises NotFound."""
    query = select(_HEAD).order_by(_HEAD.c.size.desc()).limit(1)
    row = (await connection.execute(query if size is None else query.where(_HEAD.c.size == size))).one_or_none()
    if row is None:
        raise NotFound("Nothing has been signed yet." if size is None else f"The log never had {size} entries.")
    return _told(row)


def _told(row: Any) -> dict[str, Any]:
    return {"size": row.size, "root": row.root, "at": rfc3339(row.at), "signature": row.signature}


async def consistency(connection: AsyncConnection, first: int, second: int) -> dict[str, Any]:
    """The proof that one head goes on another. Raises NotFound, and Invalid where the second is the smaller one."""
    if first > second:
        raise Invalid.at("?second", "invalid-interval", "second must be no smaller than first.")
    of_first, of_second = await head(connection, first), await head(connection, second)
    path = await _proof(connection, lambda get: merkle.consistency(get, first, second))
    return {"first": of_first, "second": of_second, "path": path}


async def entries(connection: AsyncConnection, after: int, limit: int) -> list[dict[str, Any]]:
    """What was entered, in order, each with the head that it made: from position ``after`` on, at most ``limit`` and no
    more than a page has room for."""
    both = _ENTRY.join(_HEAD, _HEAD.c.size == _ENTRY.c.position + 1)
    columns = (_ENTRY.c.position, _ENTRY.c.statement, _ENTRY.c.signature.label("of_entry"), *_HEAD.c)
    query = select(*columns).select_from(both).order_by(_ENTRY.c.position)

    async def read(place: int | None, most: int) -> tuple[list[tuple[dict[str, Any], int, int]], int | None]:
        rows = (await connection.execute(query.where(_ENTRY.c.position >= (place or 0)).limit(most))).all()
        items = [(_entry(row), len(row.statement), row.position + 1) for row in rows]
        return items, items[-1][2] if len(rows) == most else None

    items, _ = await filled(read, limit, after)
    return items


def _entry(row: Any) -> dict[str, Any]:
    statement = orjson.loads(row.statement)
    return {"position": row.position, "statement": statement, "signature": row.of_entry, "head": _told(row)}
