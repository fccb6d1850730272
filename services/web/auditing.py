"""Tells alignment who signs in and out here, and who is refused: each refusal at a place once an hour."""

import asyncio
import time

from services.web.services import Services
from shared.contracts.audit import OfThePage
from shared.http.auth import Caller
from shared.refused import ClientError
from shared.telemetry import log

_PATIENCE, _HOUR = 2.0, 3600.0
_REMEMBERED, _LONGEST = 1000, 200


class Audit:
    """Nobody is kept waiting for it, and nobody kept out because alignment is away: then the log has it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._refused: dict[tuple[str, str], float] = {}

    async def tell(self, who: Caller, action: OfThePage, **said: str | None) -> None:
        body = {"action": action, **{name: value for name, value in said.items() if value}}
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._services.acting(who).send("POST", "/alignment/v1/audit", body)
        except (TimeoutError, ClientError) as error:
            log.warning("not recorded", action=action, subject=who.subject, reason=str(error) or type(error).__name__)

    async def refused(self, who: Caller, place: str, right: str | None) -> None:
        now, key = time.monotonic(), (who.subject, place)
        if now - self._refused.get(key, -_HOUR) < _HOUR:
            return
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused[key] = now
        await self.tell(who, "refused", place=place[:_LONGEST], right=right)
