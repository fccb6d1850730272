"""Pages by keyset: a cursor names the last row seen, so pages neither skip nor repeat while others write."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, Select, Uuid, literal, tuple_

from shared.errors import Invalid

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
MAX_CURSOR = 6000
_LARGEST = 2**62


def encode(*values: Any) -> str:
    """An opaque cursor of a row's sort values."""
    # a driver's own kind of UUID is told as text
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).decode().rstrip("=")


def decode(cursor: str, types: Sequence[type]) -> list[Any]:
    """The values in a cursor. Raises Invalid for one that this service has not made."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(types):
            raise ValueError
        return [_value(value, type_) for value, type_ in zip(values, types, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise Invalid.at("?cursor", "invalid-cursor", "This is not a cursor that this collection gave.") from None


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


def _beyond(columns: Sequence[Column[Any]], values: Sequence[Any], *, descending: bool) -> Any:
    """One comparison of rows, by which an index is entered at its place; one of alternatives reads up to there."""
    place = tuple_(*(literal(value, column.type) for column, value in zip(columns, values, strict=True)))
    return tuple_(*columns) < place if descending else tuple_(*columns) > place


def page(rows: Sequence[Any], columns: Sequence[Column[Any]], limit: int) -> tuple[list[Any], str | None]:
    """The rows of a page of which one more was asked for, and the cursor of the next page."""
    last = rows[limit - 1]._mapping if len(rows) > limit else None
    return [*rows[:limit]], encode(*(last[column] for column in columns)) if last else None
