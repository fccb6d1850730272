"""Connections of a pool that died while they rested: noticed before anybody uses them, at no cost to who is busy.

SQLAlchemy's own ``pool_pre_ping`` asks the server before every transaction, in three round trips. A server that
restarts closes its connections, which the driver sees without asking; one that vanished is found out by asking, which
is enough where nothing was heard of it for a while.
"""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

_FRESH_SECONDS = 1.0
_HEARD = "heard"


def replace_dead(engine: Engine) -> None:
    """From now on a dead connection is replaced when it is taken out, and all that are as old with it."""

    @event.listens_for(engine, "checkin")
    def _rest(_: Any, record: Any) -> None:
        record.info[_HEARD] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: Any, _: Any) -> None:
        rested = time.monotonic() - record.info.get(_HEARD, time.monotonic())
        if connection.driver_connection.is_closed() or (rested > _FRESH_SECONDS and not _answers(engine, connection)):
            raise InvalidatePoolError


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        if engine.dialect.is_disconnect(error, connection, None):
            return False
        raise
