"""Transitions that time makes: the leader looks for what has become due, and moves it as the system."""

import asyncio
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from shared import clock
from shared.auth import ALL_SCOPES, Caller
from shared.changes import Leader
from shared.contracts.base import Kind, Timed
from shared.db import Database
from shared.errors import DomainError
from shared.resource import commands, idempotency, store
from shared.resource.owner import Owner
from shared.resource.store import Unit
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
        due = (table.c.state == timed.state) & (table.c[timed.at] <= clock.now())
        async with self.database.read() as connection:
            rows = await connection.execute(select(table.c.id).where(due).order_by(table.c[timed.at]).limit(_AT_ONCE))
        return list(rows.scalars())

    async def _move(self, kind: Kind, timed: Timed, id: Any) -> bool:
        try:
            async with self.database.write() as connection:
                unit = Unit(self.owner, connection, SYSTEM, clock.now(), f"clock:{kind.name}/{id}")
                old = await store.load(unit, kind, id, lock=True)
                if old is None or old.state != timed.state:
                    return False
                reason = f"{timed.at} has come: {clock.rfc3339(getattr(old, timed.at))}"
                new = commands.following(unit, old, {"state": timed.to, "state_reason": reason})
                await commands.move(unit, kind, old, new)
        except DomainError as error:
            log.warning("due, and cannot move", kind=kind.name, id=str(id), to=timed.to, reason=error.detail)
            return False
        return True


def _all(owner: Owner) -> Iterator[tuple[Kind, Timed]]:
    return ((kind, timed) for kind in owner.kinds for timed in kind.timed)
