"""Messages that could not be read, kept as they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import DEAD_LETTER
from shared import clock
from shared.clock import rfc3339
from shared.http.pagination import after
from shared.http.pagination import page as pages
from shared.storage.dialects import insert_new

MOST_DEAD_LETTERS = 1000
_KEPT_LETTERS = 10_000
_KEPT_BYTES, _SHOWN_BYTES, _REASON = 65_536, 2_000, 500


@dataclass(frozen=True)
class DeadLetter:
    """``source`` says where it lay: a place in the bus, or a position of an owner."""

    source: str
    value: bytes
    error: str


# no further than needed: a flood of them must not make the look expensive
_LETTERS = select(func.count()).select_from(select(DEAD_LETTER.c.id).limit(MOST_DEAD_LETTERS).subquery())


async def count(connection: AsyncConnection) -> int:
    """How many are kept, counted up to a bound."""
    return int((await connection.execute(_LETTERS)).scalar_one())


async def page(connection: AsyncConnection, limit: int, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """The newest, each with its beginning. Raises Invalid for what is no cursor of theirs."""
    order = [DEAD_LETTER.c.id]
    rows = (await connection.execute(after(_SHOWN, order, cursor, descending=True).limit(limit + 1))).all()
    some, next_cursor = pages(rows, order, limit)
    return [_told(row) for row in some], next_cursor


def _told(row: Any) -> dict[str, Any]:
    text = _printable((row.value or b"").decode(errors="replace"))
    return {
        "id": row.id, "source": row.source, "error": row.error, "at": rfc3339(row.at), "bytes": row.bytes, "text": text,
    }  # fmt: skip


async def forget(connection: AsyncConnection, id: int) -> bool:
    """Whether there was one with this number."""
    return (await connection.execute(DEAD_LETTER.delete().where(DEAD_LETTER.c.id == id))).rowcount > 0


_SHOWN = select(
    *(DEAD_LETTER.c[name] for name in ("id", "source", "error", "at")),
    func.length(DEAD_LETTER.c.value).label("bytes"),
    func.substr(DEAD_LETTER.c.value, 1, _SHOWN_BYTES, type_=LargeBinary).label("value"),
)
_ALL_BUT_THE_NEWEST = DEAD_LETTER.delete().where(
    DEAD_LETTER.c.id <= select(func.max(DEAD_LETTER.c.id) - _KEPT_LETTERS).scalar_subquery()
)


async def bury(connection: AsyncConnection, letters: Sequence[DeadLetter]) -> None:
    """Keep what could not be read; the same message is kept once. Whoever floods us with them fills no disk: only the
    beginning of each is kept, and only the newest of them."""
    rows = [
        {"source": d.source, "value": d.value[:_KEPT_BYTES], "error": _printable(d.error[:_REASON]), "at": clock.now()}
        for d in letters
    ]
    if rows:
        await connection.execute(insert_new(connection, DEAD_LETTER), rows)
        await connection.execute(_ALL_BUT_THE_NEWEST)


def _printable(text: str) -> str:
    """As it can be stored and logged: a reason may quote what it is about."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
