"""The database behind a URL: SQLite with one writer, or PostgreSQL. Only here is committed.

That there are two is known here and in its neighbours alone.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Float,
    Integer,
    MetaData,
    Text,
    Uuid,
    event,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator, TypeEngine

from shared import clock
from shared.storage.outage import away
from shared.storage.pool import replace_dead
from shared.storage.sqlite import BEGIN, BEGIN_WRITE, connect
from shared.telemetry import log
from shared.tls import check_certificates, without_tls

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An instant in UTC: timestamptz on PostgreSQL, text of a fixed width (so that it sorts) on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return _written(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  its signature
        if isinstance(value, str):
            return _parsed(value)
        moment: datetime | None = value
        # the driver knows the last moment of all as infinity, and gives it back without a zone
        if moment is None or moment.tzinfo is not None:
            return moment and moment.astimezone(UTC)
        return moment.replace(tzinfo=UTC)


# the end of what has not ended is in most rows
_parsed = lru_cache(maxsize=4096)(datetime.fromisoformat)
_written = lru_cache(maxsize=4096)(clock.rfc3339)


class Json(list[Any]):
    """Marks a mapped column that holds nested values."""


TEXT = Text().with_variant(Text(collation="C"), "postgresql")
BIG = BigInteger().with_variant(Integer, "sqlite")
FLOAT = Float(53)
MOMENT = Moment()
# not jsonb: it would reorder members and rewrite numbers, and the two databases would answer differently
JSON_TEXT = JSON(none_as_null=True)
TYPES: dict[Any, Any] = {str: TEXT, int: BIG, float: FLOAT, UUID: Uuid(), datetime: MOMENT, Json: JSON_TEXT}
"""Column types by Python type; text sorts by code point on both databases."""


def named_metadata() -> MetaData:
    """One per service, with names for all constraints: SQLite can only drop what has a name."""
    return MetaData(naming_convention=_NAMES)


class Database:
    """``read()`` and ``write()`` are the only ways in; leaving ``write()`` without an error commits, durably."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        engine = _sqlite(url, BEGIN, 4) if self.is_sqlite else _postgres(url)
        # PostgreSQL has read-committed either way: without a transaction around them, reads save two round trips
        self._reader = engine if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        # a pool of one connection queues writers in this process instead of letting them fail on a lock
        self._writer = _sqlite(url, BEGIN_WRITE, 1) if self.is_sqlite else engine

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection with one snapshot's view of SQLite, or read-committed on PostgreSQL."""
        async with _connected(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction. A caller that is cancelled does not interrupt the commit itself."""
        async with _connected(self._writer) as connection:
            yield connection
            await _finish(connection.commit())

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool, given back whole whatever happens to the caller."""
    connection = await _connect(engine)
    try:
        yield connection
    finally:
        await asyncio.shield(asyncio.ensure_future(connection.close()))


async def _connect(engine: AsyncEngine) -> AsyncConnection:
    """A server that cannot be reached, or whose name is gone with it, is Unavailable: the driver tells by OSError."""
    connecting = asyncio.ensure_future(engine.connect().start())
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        # a driver that is interrupted here leaves its connection open for ever
        await asyncio.wait([connecting])
        if not connecting.cancelled() and not connecting.exception():
            await connecting.result().close()
        raise
    except OSError as error:
        if isinstance(error, ssl.SSLError | FileNotFoundError):
            log.error("the database is not trusted", reason=str(error))
        raise away() from error


async def _finish(commit: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(commit)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _sqlite(url: str, begin: str, size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=60,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"async_creator_fn": connect},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


_LIMITS = {
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
"""Of every session at PostgreSQL."""


def _postgres(url: str) -> AsyncEngine:
    plain, said = without_tls(url)
    engine = create_async_engine(
        plain,
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"server_settings": _LIMITS, "timeout": 5},
    )
    check_certificates(engine.sync_engine, said)
    replace_dead(engine.sync_engine)
    return engine


def _dumps(value: Any) -> str:
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: Any) -> str:
    # the driver has a UUID of its own kind, which the encoder does not take for one
    if isinstance(value, UUID):
        return str(value)
    raise TypeError
