"""SQLite without a detour through a thread for every call.

The driver hands each call to a worker thread and back, which costs a hundred times what SQLite itself needs for a
statement on one row. So statements run where they are, and only what may wait goes to the thread: beginning a writing
transaction, which may wait for a lock, and committing one, which waits for the disk.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite

BEGIN_WRITE = "BEGIN IMMEDIATE"
_FETCH = 64


class Connection(aiosqlite.Connection):
    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not _may_wait(fn, args):
            return fn(*args, **kwargs)
        waiting = asyncio.ensure_future(super()._execute(fn, *args, **kwargs))  # type: ignore[no-untyped-call]  # the driver has no types here
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            # whoever cleans up after a caller that went away must not use the connection while the thread does
            while not waiting.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([waiting])
            waiting.exception()
            raise


def _may_wait(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    return getattr(fn, "__name__", "") == "commit" or args[:1] == (BEGIN_WRITE,)


def connect(database: str, **options: Any) -> Connection:
    """A connection that has yet to be awaited, as the driver's own ``connect`` gives."""
    options["check_same_thread"] = False
    connection = Connection(lambda: sqlite3.connect(database, **options), _FETCH)
    connection._thread.daemon = True  # an engine that nobody closed must not keep the process from ending
    return connection
