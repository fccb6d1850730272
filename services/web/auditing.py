"""Tells alignment who signs in and out here, and who is refused: each refusal at a place once an hour, and of nobody
more than some: whoever makes up places fills no table."""

import asyncio
import time

from services.web.services import Services
from shared.contracts.audit import OfThePage
from shared.http.auth import Caller
from shared.refused import ClientError
from shared.telemetry import log

_PATIENCE, _HOUR = 2.0, 3600.0
_REMEMBERED, _LONGEST, _MOST = 1000, 200, 50


class Audit:
    """Nobody is kept waiting for it, and nobody kept out because alignment is away: then the log has it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._refused: dict[str, dict[str, float]] = {}
        """Of each person the places of the last hour, and when it was there."""

    async def tell(self, who: Caller, action: OfThePage, **said: str | None) -> None:
        body = {"action": action, **{name: value for name, value in said.items() if value}}
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._services.acting(who).send("POST", "/alignment/v1/audit", body)
        except (TimeoutError, ClientError) as error:
            log.warning("not recorded", action=action, subject=who.subject, reason=str(error) or type(error).__name__)

    async def refused(self, who: Caller, place: str, right: str | None) -> None:
        now = time.monotonic()
        lately = {at: then for at, then in self._refused.pop(who.subject, {}).items() if now - then < _HOUR}
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused[who.subject] = lately
        if place in lately or len(lately) >= _MOST:
            return
        lately[place] = now
        await self.tell(who, "refused", place=place[:_LONGEST], right=right)
