"""What alignment has recorded of rules: packs, by which a generation judges as long as it is there, and settings, read
again now and then: a setting counts only a while after its making, so whoever judges or answers for an instant knows
all that count by then."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.catalogue import RULES
from services.alignment.judge.in_force import CATALOGUE, InForce
from services.alignment.judge.packs import rules_of
from services.alignment.judge.rule import Severity
from services.alignment.judge.settings import Setting, Settings
from services.alignment.models import CHANGE, RULE_PACK
from services.alignment.rules import MOST_PACKS
from services.alignment.view import generations
from shared.contracts.alignment import SETTING, RulePack

EVERY = 0.25
"""Seconds between two looks: far fewer than pass between the making of a setting and its effect."""
_GENERATIONS = 4
"""Of which the rules are kept at hand: the one that answers, and one that is being built."""
_SET = CHANGE.c.kind == SETTING.name
_HOW_MANY = select(func.count()).where(_SET)
_ALL = select(CHANGE.c.sequence, CHANGE.c.data).where(_SET).order_by(CHANGE.c.sequence)
_ACTIVE = select(RULE_PACK.c.id, RULE_PACK.c.version).where(RULE_PACK.c.state == "active").order_by(RULE_PACK.c.key)
_STATES = select(CHANGE.c.data).where(
    CHANGE.c.kind == "rule_pack", tuple_(CHANGE.c.id, CHANGE.c.version).in_(bindparam("packs", expanding=True))
)


async def packs_now(connection: AsyncConnection) -> str | None:
    """Which packs a generation that begins now judges by; None for none."""
    rows = (await connection.execute(_ACTIVE.limit(MOST_PACKS))).all()
    return orjson.dumps([[str(row.id), row.version] for row in rows]).decode() if rows else None


class Known:
    """What is known of settings may be as old as ``EVERY``."""

    def __init__(self) -> None:
        self._looked = float("-inf")
        self._number = 0
        self._made: list[Setting] = []
        self._of: dict[int | None, tuple[list[Setting], Settings]] = {}
        """By generation, and made of which."""

    async def settings(self, connection: AsyncConnection, generation: int | None) -> Settings:
        """With the rules of the packs of a generation, or of the catalogue alone. The same object as long as nothing
        has changed."""
        if time.monotonic() - self._looked >= EVERY:
            await self._look(connection)
        made, settings = self._of.get(generation, (None, None))
        if settings is None or made is not self._made:
            base = settings.base if settings else await _base(connection, generation)
            settings = Settings(self._made, base)
            self._of[generation] = self._made, settings
            while len(self._of) > _GENERATIONS:
                del self._of[next(iter(self._of))]
        return settings

    async def _look(self, connection: AsyncConnection) -> None:
        self._looked = time.monotonic()
        number = (await connection.execute(_HOW_MANY)).scalar_one()
        if number != self._number:
            rows = (await connection.execute(_ALL)).all()
            self._number, self._made = len(rows), _folded(row.data for row in rows)


async def _base(connection: AsyncConnection, generation: int | None) -> InForce:
    """The catalogue, and after it the rules of its packs in their order."""
    packs = await generations.packs_of(connection, generation) if generation else None
    if packs is None:
        return CATALOGUE
    named = [(UUID(id), version) for id, version in orjson.loads(packs)]
    rows = await connection.execute(_STATES, {"packs": named})
    states = [RulePack.model_validate(orjson.loads(row.data)["state"]) for row in rows]
    states.sort(key=lambda pack: pack.key)
    more = (rule for pack in states for rule in rules_of(pack.rules, pack.source or pack.name))
    return InForce([*RULES.values(), *more])


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
