"""Transitions that time makes: the leader looks for what has become due, and moves it as the system."""

import asyncio
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Table, literal, select, tuple_

from shared import clock
from shared.changes import Leader
from shared.contracts.base import Kind, Timed
from shared.errors import DomainError
from shared.http.auth import Caller
from shared.resource import commands, idempotency, store
from shared.resource.owner import Owner
from shared.resource.store import Raced, Unit
from shared.scopes import ALL_SCOPES
from shared.storage.db import Database
from shared.telemetry import log

SYSTEM = Caller("system", frozenset(ALL_SCOPES), "clock")
_PAGE, _PAGES = 200, 5
_EVERY_SECONDS = 5.0
Place = tuple[Any, Any]
"""The instant at which something was due, as it is stored, and its id."""


class Clockwork:
    """Runs on every replica, and does something on the one that leads."""

    def __init__(self, owner: Owner, database: Database, leader: Leader) -> None:
        self.owner = owner
        self.database = database
        self.leader = leader
        self._looked_at: dict[tuple[Kind, Timed], Place | None] = {}

    async def run_forever(self) -> None:
        while True:
            if self.leader.leads:
                await self.tick()
            await asyncio.sleep(_EVERY_SECONDS)

    async def tick(self) -> int:
        """Move what is due; says how many moved.

        What cannot move stays due and keeps nobody back: each tick goes on where the one before it stopped, through so
        many that are due and no more, and begins again at the end.
        """
        moved = 0
        for kind, timed in _all(self.owner):
            moved += await self._some(kind, timed)
        if moved:
            self.leader.wake()
        async with self.database.write() as connection:
            await idempotency.forget(connection, self.owner.metadata.tables["idempotency"], clock.now())
        return moved

    async def _some(self, kind: Kind, timed: Timed) -> int:
        moved, stuck, place = 0, 0, self._looked_at.get((kind, timed))
        for _ in range(_PAGES):
            places = await self._due(kind, timed, place)
            for _, id in places:
                moves = await self._move(kind, timed, id)
                moved, stuck = moved + moves, stuck + (not moves)
            place = places[-1] if len(places) == _PAGE else None
            if place is None:
                break
        self._looked_at[kind, timed] = place
        if stuck:
            log.warning("due, and cannot move", kind=kind.name, to=timed.to, number=stuck)
        return moved

    async def _due(self, kind: Kind, timed: Timed, after: Place | None) -> list[Place]:
        """The next that are due, the longest first."""
        table = self.owner.table(kind)
        at, now = _instant(table, timed.at)
        query = select(at, table.c.id).where(table.c.state == timed.state, at <= now).order_by(at, table.c.id)
        if after:
            place = (literal(value, column.type) for value, column in zip(after, (at, table.c.id), strict=True))
            query = query.where(tuple_(at, table.c.id) > tuple_(*place))
        async with self.database.read() as connection:
            return [(due, id) for due, id in await connection.execute(query.limit(_PAGE))]

    async def _move(self, kind: Kind, timed: Timed, id: Any) -> bool:
        try:
            async with self.database.write() as connection:
                unit = Unit(self.owner, connection, SYSTEM, clock.now(), f"clock:{kind.name}/{id}")
                old = await store.load(unit, kind, id, lock=True)
                if old is None or old.state != timed.state:
                    return False
                reason = f"{timed.at} has come: {clock.rfc3339(attrgetter(timed.at)(old))}"
                new = commands.following(unit, old, {"state": timed.to, "state_reason": reason})
                await commands.move(unit, kind, old, new)
        except Raced:
            return False  # somebody else was at it: the next tick looks again
        except DomainError as error:
            log.debug("cannot move", kind=kind.name, id=str(id), to=timed.to, reason=error.detail)
            return False
        return True


def _instant(table: Table, at: str) -> tuple[Any, Any]:
    """The instant in a column, or in a member of one, and now in the same form."""
    column, _, member = at.partition(".")
    if not member:
        return table.c[column], clock.now()
    now = orjson.dumps(clock.now()).decode().strip('"')  # as instants are written into columns: they sort as text
    return table.c[column][member].as_string(), now


def _all(owner: Owner) -> Iterator[tuple[Kind, Timed]]:
    return ((kind, timed) for kind in owner.kinds for timed in kind.timed)
