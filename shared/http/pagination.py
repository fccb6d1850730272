"""Pages by keyset: a cursor names the last row seen. In an order that never changes, as by id, pages neither skip nor
repeat while others write; by what people change, a row that moves past the cursor is skipped, or comes twice.

A page holds so many bytes and no more, whatever is in it: it ends before the item that would not fit.

What no index serves is looked for in the order of the keys, among so many rows and no more: such a page may have fewer
items than it may have, even none, and still a cursor, which then names the last row that was looked at.

A cursor is of one list: of one address, with the same filters in the same order. In another list it would name a place
that nobody has asked about, so it is refused there.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from sqlalchemy import Column, ColumnElement, Select, Uuid, literal, not_, tuple_

from shared.errors import Invalid
from shared.storage.rows import every

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
MAX_CURSOR = 6000
LIMIT_TOLD = "At most so many items; a page may have fewer, even none, and still a `next_cursor`"
CURSOR_TOLD = "The `next_cursor` of the page before"
MOST_LOOKED_AT = 20_000
"""Rows, for one page."""
MOST_BYTES = 4 * 1024 * 1024
"""In the items of one page, of which there is always one."""
_FIRST_READ, _LARGEST_READ = 25, 100
"""Rows at once: more are read only as long as there is room for them."""
_FIRST_LOOK = 1000
_LARGEST = 2**62
Execute = Callable[[Select[Any]], Awaitable[Any]]
Item = TypeVar("Item")
Place = TypeVar("Place")
Read = Callable[[Place | None, int], Awaitable[tuple[Sequence[tuple[Item, int, Place]], Place | None]]]
"""Reads at most so many items from a place on: each with its size in bytes and the place after it, and the place of
what follows all of them, None at the end."""


_list: ContextVar[str] = ContextVar("list", default="")
_NO_FILTERS = frozenset({"cursor", "limit", "wait_for"})
"""Parameters that may be other ones on the next page."""


@contextmanager
def of_list(path: str, query: bytes) -> Iterator[None]:
    """Cursors are of the list at this address with this query."""
    given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = sorted(pair for pair in given if pair[0] not in _NO_FILTERS)
    before = _list.set(blake2b(orjson.dumps([path, asked]), digest_size=6).hexdigest())
    try:
        yield
    finally:
        _list.reset(before)


def encode(*values: Any) -> str:
    """An opaque cursor of a row's sort values, in the list that is being asked for."""
    # a driver's own kind of UUID is told as text
    return base64.urlsafe_b64encode(orjson.dumps([_list.get(), *values], default=str)).decode().rstrip("=")


def decode(cursor: str, types: Sequence[type]) -> list[Any]:
    """The values in a cursor. Raises Invalid for one that this service has not made, or not for this list."""
    try:
        told = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(told, list) or not told or not isinstance(told[0], str):
            raise ValueError
        if told[0] == _list.get():
            return [_value(value, type_) for value, type_ in zip(told[1:], types, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise Invalid.at("?cursor", "invalid-cursor", "This is not a cursor that this collection gave.") from None
    detail = "This is the cursor of another list: ask with the same filters in the same order, or leave it out."
    raise Invalid.at("?cursor", "invalid-cursor", detail)


def _value(value: Any, type_: type) -> Any:
    if type_ is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    if type_ is UUID and isinstance(value, str):
        return UUID(value)
    if type(value) is not type_ or "\x00" in str(value) or (isinstance(value, int) and abs(value) > _LARGEST):
        raise ValueError
    return value


def after(query: Select[Any], columns: Sequence[Column[Any]], cursor: str | None, *, descending: bool) -> Select[Any]:
    """Order by the columns, from the row after the cursor's."""
    if cursor is not None:
        values = decode(cursor, [_python_type(column) for column in columns])
        query = query.where(_beyond(columns, values, descending=descending))
    return query.order_by(*(column.desc() if descending else column for column in columns))


def _python_type(column: Column[Any]) -> type:
    return UUID if isinstance(column.type, Uuid) else column.type.python_type


def _beyond(columns: Sequence[Column[Any]], values: Sequence[Any], *, descending: bool) -> ColumnElement[bool]:
    """One comparison of rows, by which an index is entered at its place; one of alternatives reads up to there."""
    place = tuple_(*(literal(value, column.type) for column, value in zip(columns, values, strict=True)))
    return tuple_(*columns) < place if descending else tuple_(*columns) > place


def page(rows: Sequence[Any], columns: Sequence[Column[Any]], limit: int) -> tuple[list[Any], str | None]:
    """The rows of a page of which one more was asked for, and the cursor of the next page."""
    return [*rows[:limit]], place(rows[limit - 1], columns) if len(rows) > limit else None


def place(row: Any, columns: Sequence[Column[Any]]) -> str:
    """The cursor of the page that begins after a row."""
    return encode(*(row._mapping[column.name] for column in columns))


def size(item: Any) -> int:
    """Bytes of an item in an answer."""
    return len(orjson.dumps(item))


async def filled(read: Read[Place, Item], limit: int, place: Place | None) -> tuple[list[Item], Place | None]:
    """The items of a page, read a few at a time until there are enough of them or no room, and where to go on."""
    items: list[Item] = []
    room, some = MOST_BYTES, _FIRST_READ
    while True:
        asked = min(some, limit - len(items))
        found, following = await read(place, asked)
        for item, size, after_it in found:
            room -= size
            if room < 0 and items:
                return items, place
            items.append(item)
            place = after_it
        if following is None or len(found) < asked or len(items) == limit:
            return items, following
        place, some = following, min(2 * some, _LARGEST_READ)


def fitting(items: Sequence[Item]) -> list[Item]:
    """The first items for which a page has room, of which there is always one."""
    room, found = MOST_BYTES, list[Item]()
    for item in items:
        room -= size(item)
        if room < 0 and found:
            break
        found.append(item)
    return found


async def look(
    execute: Execute,
    wanted: Select[Any],
    places: Select[Any],
    columns: Sequence[Column[Any]],
    cursor: str | None,
    limit: int,
    *,
    descending: bool,
    most: int,
) -> tuple[list[Any], str | None]:
    """The rows of a page, of ``most`` rows that are looked at, and the cursor of the next one if there is any.

    ``places`` are rows that an index has in the order of the columns, and ``wanted`` those of them that are asked for.
    They are looked at slice by slice: where many are wanted, few have to be.
    """
    found: list[Any] = []
    for size in _slices(most):
        last = (await execute(_last(places, columns, cursor, size, descending=descending))).one_or_none()
        within = wanted if last is None else wanted.where(not_(_beyond(columns, last, descending=descending)))
        some = after(within, columns, cursor, descending=descending).limit(limit + 1 - len(found))
        found += await every(await execute(some))
        if last is None or len(found) > limit:
            return page(found, columns, limit)
        cursor = encode(*last)
    return found, cursor


def _slices(most: int) -> Iterator[int]:
    size = _FIRST_LOOK
    while most > 0:
        yield min(size, most)
        most -= size
        size *= 4


def _last(
    places: Select[Any], columns: Sequence[Column[Any]], cursor: str | None, size: int, *, descending: bool
) -> Select[Any]:
    """The place up to which so many rows are. It is asked for before them, since others write meanwhile."""
    ordered = after(places.with_only_columns(*columns), columns, cursor, descending=descending)
    return ordered.offset(size - 1).limit(1)
