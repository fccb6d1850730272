"""The files that people bring in, how far each is, and its report: in the page's database, so that every replica knows
them. Nobody else sees them, and after some hours they are gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import and_, case, delete, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from services.web.importing.asked import Asked
from services.web.models import IMPORT
from shared import clock
from shared.storage.db import Database

KEPT_HOURS, KEPT = 12, 3
"""How long, and how many of each person, the newest ones."""
_LOST = timedelta(minutes=1)
"""Whoever works on one says so every second: the process of one that is silent for so long has ended."""
CHECKING, CHECKED, RUNNING, DONE, FAILED, STOPPED = "checking", "checked", "running", "done", "failed", "stopped"
"""The states of an import. One that FAILED could not be read; one that STOPPED may be gone on with."""
_ANEW = "The page was started anew meanwhile. What was written until then is there: going on writes the rest."
_HEAD = [column for column in IMPORT.c if column.name not in ("content", "report")]


class Busy(Exception):
    """Something of theirs is being worked on already."""


@dataclass(frozen=True)
class Kept:
    """``done`` of ``total`` things are brought in; ``told`` is why it ended without."""

    id: str
    asked: Asked
    state: str
    began_at: datetime
    done: int = 0
    total: int = 0
    told: str | None = None
    report: dict[str, Any] | None = None

    @property
    def is_going(self) -> bool:
        return self.state in (CHECKING, RUNNING)


class Store:
    def __init__(self, database: Database, now: Callable[[], datetime] = clock.now) -> None:
        self._database, self._now = database, now

    async def begin(self, subject: str, asked: Asked, content: bytes) -> str:
        """Keep files that are going to be tried; the oldest of theirs, and all that is old, goes. Raises Busy."""
        now, id = self._now(), str(uuid4())
        row = {
            "id": id, "subject": subject, "busy": subject, "state": CHECKING, "asked": asked.data, "content": content,
            "done": 0, "total": 0, "began_at": now, "beat_at": now,
        }  # fmt: skip
        mine = select(IMPORT.c.id).where(IMPORT.c.subject == subject).order_by(IMPORT.c.began_at.desc())
        try:
            async with self._database.write() as connection:
                await connection.execute(self._lost())
                await connection.execute(insert(IMPORT).values(row))
                kept = [each.id for each in await connection.execute(mine.limit(KEPT))]
                old = IMPORT.c.began_at < now - timedelta(hours=KEPT_HOURS)
                beyond = and_(IMPORT.c.subject == subject, IMPORT.c.id.not_in(kept))
                await connection.execute(delete(IMPORT).where((old | beyond) & IMPORT.c.busy.is_(None)))
        except IntegrityError:
            raise Busy from None
        return id

    async def again(self, subject: str, id: str, state: str) -> bool:
        """Work on one that was tried; whether there is one that can be. Raises Busy."""
        tried = (IMPORT.c.id == id) & (IMPORT.c.subject == subject) & IMPORT.c.state.in_((CHECKED, STOPPED))
        values = {"busy": subject, "state": state, "done": 0, "total": 0, "beat_at": self._now(), "told": None}
        try:
            async with self._database.write() as connection:
                await connection.execute(self._lost())
                done = await connection.execute(update(IMPORT).where(tried).values(values))
        except IntegrityError:
            raise Busy from None
        return bool(done.rowcount)

    def _lost(self) -> Any:
        """What nobody works on any more is not in the way of the next, nor kept for good."""
        silent = IMPORT.c.busy.is_not(None) & (IMPORT.c.beat_at < self._now() - _LOST)
        state = case((IMPORT.c.state == RUNNING, literal(STOPPED)), else_=literal(FAILED))
        return update(IMPORT).where(silent).values(busy=None, state=state, told=_ANEW)

    async def beat(self, id: str, done: int, total: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(IMPORT).where(IMPORT.c.id == id).values(done=done, total=total, beat_at=self._now())
            )

    async def end(self, id: str, state: str, told: str | None = None, report: bytes | None = None) -> None:
        """With a new report, if there is one; the files of what is done are not needed any more."""
        values: dict[str, Any] = {"busy": None, "state": state, "told": told}
        values |= {"report": report} if report else {}
        values |= {"content": b""} if state in (DONE, FAILED) else {}
        async with self._database.write() as connection:
            await connection.execute(update(IMPORT).where(IMPORT.c.id == id).values(values))

    async def find(self, subject: str, id: str) -> Kept | None:
        """With its report."""
        mine = (IMPORT.c.id == id) & (IMPORT.c.subject == subject)
        async with self._database.read() as connection:
            row = (await connection.execute(select(*_HEAD, IMPORT.c.report).where(mine))).first()
        return self._kept(row, row.report) if row else None

    async def of(self, subject: str) -> list[Kept]:
        """The newest first."""
        mine = select(*_HEAD).where(IMPORT.c.subject == subject).order_by(IMPORT.c.began_at.desc()).limit(KEPT)
        async with self._database.read() as connection:
            return [self._kept(row) for row in await connection.execute(mine)]

    async def work(self, id: str) -> tuple[Asked, bytes]:
        async with self._database.read() as connection:
            row = (await connection.execute(select(IMPORT.c.asked, IMPORT.c.content).where(IMPORT.c.id == id))).one()
        return Asked(**row.asked), row.content

    async def drop(self, subject: str, id: str) -> None:
        mine = (IMPORT.c.id == id) & (IMPORT.c.subject == subject) & IMPORT.c.busy.is_(None)
        async with self._database.write() as connection:
            await connection.execute(delete(IMPORT).where(mine))

    def _kept(self, row: Any, report: bytes | None = None) -> Kept:
        state, told = row.state, row.told
        if row.busy and row.beat_at < self._now() - _LOST:
            state, told = STOPPED if state == RUNNING else FAILED, _ANEW
        read = orjson.loads(report) if report else None
        return Kept(row.id, Asked(**row.asked), state, row.began_at, row.done, row.total, told, read)
