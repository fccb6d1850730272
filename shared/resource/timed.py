"""Transitions that time makes: the leader looks for what has become due, and moves it as the system."""

import asyncio
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Table, select

from shared import clock
from shared.auth import ALL_SCOPES, Caller
from shared.changes import Leader
from shared.contracts.base import Kind, Timed
from shared.db import Database
from shared.errors import DomainError
from shared.resource import commands, idempotency, store
from shared.resource.owner import Owner
from shared.resource.store import Raced, Unit
from shared.telemetry import log

SYSTEM = Caller("system", frozenset(ALL_SCOPES))
_AT_ONCE = 200
_EVERY_SECONDS = 5.0


class Clockwork:
    """Runs on every replica, and does something on the one that leads."""

    def __init__(self, owner: Owner, database: Database, leader: Leader) -> None:
        self.owner = owner
        self.database = database
        self.leader = leader

    async def run_forever(self) -> None:
        while True:
            if self.leader.leads:
                await self.tick()
            await asyncio.sleep(_EVERY_SECONDS)

    async def tick(self) -> int:
        """Move everything that is due; says how many moved. One that cannot move is told of, and keeps nobody back."""
        moved = 0
        for kind, timed in _all(self.owner):
            for id in await self._due(kind, timed):
                moved += await self._move(kind, timed, id)
        if moved:
            self.leader.wake()
        async with self.database.write() as connection:
            await idempotency.forget(connection, self.owner.metadata.tables["idempotency"], clock.now())
        return moved

    async def _due(self, kind: Kind, timed: Timed) -> list[Any]:
        table = self.owner.table(kind)
        at, now = _instant(table, timed.at)
        query = select(table.c.id).where(table.c.state == timed.state, at <= now).order_by(at).limit(_AT_ONCE)
        async with self.database.read() as connection:
            rows = await connection.execute(query)
        return list(rows.scalars())

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
            log.warning("due, and cannot move", kind=kind.name, id=str(id), to=timed.to, reason=error.detail)
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
