"""When people were here, so that a page can say what has changed since."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from services.web.models import VISIT
from shared import clock
from shared.storage.db import Database

AWAY = timedelta(minutes=30)
"""Whoever opens no page for so long has left, and comes back with the next one."""
_WRITTEN_EVERY = timedelta(minutes=1)
_REMEMBERED = 1000


class Visits:
    """Every replica writes when somebody was here, at most once in a minute."""

    def __init__(self, database: Database, now: Callable[[], datetime] = clock.now) -> None:
        self._database, self._now = database, now
        self._noted: dict[str, tuple[datetime, datetime | None]] = {}

    async def here(self, subject: str, *, by_itself: bool = False) -> datetime | None:
        """Note that somebody is here; returns until when they were here the time before, None the first time. A page
        that turns ``by_itself`` says of nobody that they are here."""
        now = self._now()
        at, before = self._noted.get(subject, (clock.FIRST, None))
        if by_itself:
            return at if subject in self._noted and now - at > AWAY else before
        if now - at < _WRITTEN_EVERY:
            return before
        before = await self._note(subject, now)
        if len(self._noted) >= _REMEMBERED:
            self._noted.clear()
        self._noted[subject] = now, before
        return before

    async def _note(self, subject: str, now: datetime) -> datetime | None:
        mine = VISIT.c.subject == subject
        async with self._database.write() as connection:
            row = (await connection.execute(select(VISIT).where(mine))).first()
            if row is not None:
                before: datetime | None = row.seen_at if now - row.seen_at > AWAY else row.before
                await connection.execute(update(VISIT).where(mine).values(seen_at=now, before=before))
                return before
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(VISIT).values(subject=subject, seen_at=now, before=None))
        except IntegrityError:
            pass  # another replica was first, and knows no more
        return None
