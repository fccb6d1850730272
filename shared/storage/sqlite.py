"""SQLite without a detour through a thread for every call, and without holding up the event loop.

The driver hands each call to a worker thread and back, which costs a hundred times what SQLite itself needs for a
statement on one row. So statements run where they are, and to the thread goes what may take long: beginning a writing
transaction, which may wait for a lock; committing one, which waits for the disk; a write of many rows; and a query that
has not ended in time, which is stopped and asked again there. Between statements that follow each other for as long,
the loop gets its turn.
"""

import asyncio
import contextlib
import math
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import aiosqlite

BEGIN, BEGIN_WRITE = "BEGIN", "BEGIN IMMEDIATE"
PATIENCE_SECONDS = 0.005
"""How long a query, or one quick statement after the other, may hold the event loop."""
MOST_ROWS, _MOST_VALUES = 20, 500
"""Written at once on the event loop."""
_STEPS = 1000
"""Of SQLite's machine between two looks at the clock: a tenth of a millisecond or two."""
_FETCH = 64
Call = tuple[Callable[..., Any], tuple[Any, ...]]


class _Raw(sqlite3.Connection):
    def close(self) -> None:
        """Nothing of a transaction stays. SQLite keeps a closed connection, with its lock, as long as any statement of
        it is held: as one is by the error that it failed with, while that is dealt with."""
        with contextlib.suppress(sqlite3.Error):
            self.rollback()
        super().close()


class Connection(aiosqlite.Connection):
    _until: float = math.inf
    _query: Call | None = None
    """What gave the rows that are fetched next."""
    _held_since = 0.0

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if options:  # the engine makes a function known
            return fn(*args, **options)
        name = getattr(fn, "__name__", "")
        if name in ("execute", "executemany"):
            await self._give_way(args[0])
        if name == "execute":
            self._query = (fn, args) if _only_reads(args[0]) else None
        elif name not in ("fetchall", "close"):
            self._query = None
        if _may_wait(name, args):
            return await self._beside(fn, args)
        if self._query is None or name == "close":
            return fn(*args)
        self._until = time.perf_counter() + PATIENCE_SECONDS
        try:
            return fn(*args)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
        finally:
            self._until = math.inf
        return await self._beside(_again, (self._query, fn, args))

    async def _beside(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """In the driver's thread."""
        waiting = asyncio.ensure_future(super()._execute(fn, *args))  # type: ignore[no-untyped-call]  # the driver has no types here
        try:
            done = await asyncio.shield(waiting)
        except asyncio.CancelledError:
            # whoever cleans up after a caller that went away must not use the connection while the thread does
            while not waiting.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([waiting])
            waiting.exception()
            raise
        self._held_since = time.perf_counter()
        return done

    async def _give_way(self, statement: str) -> None:
        """Let others have the loop, if statements have followed each other for long."""
        if statement == BEGIN:
            self._held_since = time.perf_counter()
        elif time.perf_counter() - self._held_since > PATIENCE_SECONDS:
            await asyncio.sleep(0)
            self._held_since = time.perf_counter()

    def is_late(self) -> bool:
        return time.perf_counter() > self._until


def _again(query: Call, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Of a query that was stopped nothing is left: its rows are asked for anew."""
    execute, given = query
    if fn != execute:
        execute(*given)
    return fn(*args)


def _only_reads(statement: str) -> bool:
    """Whether it may be stopped: one that writes would take its whole transaction with it."""
    if statement.startswith("SELECT"):
        return True
    return statement.startswith("WITH") and not any(word in statement for word in ("INSERT", "UPDATE", "DELETE"))


def _may_wait(name: str, args: tuple[Any, ...]) -> bool:
    if name == "executemany":
        return len(args[1]) > MOST_ROWS
    if name == "execute":
        return args[0] == BEGIN_WRITE or args[0].startswith("DELETE") or _is_large(args)
    return name == "commit"


def _is_large(args: tuple[Any, ...]) -> bool:
    return len(args) > 1 and not _only_reads(args[0]) and len(args[1]) > _MOST_VALUES


def connect(database: str, **options: Any) -> Connection:
    """A connection that has yet to be awaited, as the driver's own ``connect`` gives."""

    def opened() -> sqlite3.Connection:
        there: sqlite3.Connection = sqlite3.connect(database, factory=_Raw, **options)
        there.set_progress_handler(connection.is_late, _STEPS)
        return there

    options["check_same_thread"] = False
    connection: Connection = Connection(opened, _FETCH)
    connection._thread.daemon = True  # an engine that nobody closed must not keep the process from ending
    return connection
