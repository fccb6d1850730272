"""The settings that alignment has recorded, read again now and then: a setting counts only a while after its making, so
whoever judges or answers for an instant knows all that count by then."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.rule import Severity
from services.alignment.judge.settings import NONE, Setting, Settings
from services.alignment.models import CHANGE
from shared.contracts.alignment import SETTING

EVERY = 0.25
"""Seconds between two looks: far fewer than pass between the making of a setting and its effect."""
_MINE = CHANGE.c.kind == SETTING.name
_HOW_MANY = select(func.count()).where(_MINE)
_ALL = select(CHANGE.c.sequence, CHANGE.c.data).where(_MINE).order_by(CHANGE.c.sequence)


class Known:
    """What is known may be as old as that."""

    def __init__(self) -> None:
        self._looked = float("-inf")
        self._number = 0
        self._settings = NONE

    async def settings(self, connection: AsyncConnection) -> Settings:
        """The same object as long as nothing has changed."""
        if time.monotonic() - self._looked >= EVERY:
            looked = time.monotonic()
            number = (await connection.execute(_HOW_MANY)).scalar_one()
            if number != self._number:
                rows = (await connection.execute(_ALL)).all()
                self._number, self._settings = len(rows), Settings(_folded(row.data for row in rows))
            self._looked = looked
        return self._settings


def _folded(versions: Iterable[str]) -> list[Setting]:
    """Versions in the order of their making."""
    return sorted((each for text in versions for each in _of(orjson.loads(text)["state"])), key=lambda each: each.at)


def _of(state: dict[str, Any]) -> Iterator[Setting]:
    at = datetime.fromisoformat(state["effective_at"])
    if state["state"] != "active":
        yield Setting(at, state["rule"])
        return
    severity = None if state["severity"] is None else Severity[state["severity"]]
    whose = state["key"], state["updated_by"], state["reason"]
    yield Setting(at, state["rule"], state["off"], severity, tuple(sorted(state["limits"].items())), *whose)
