"""How alignment reads the owners: over HTTP, with a token of its own that may read and nothing else."""

from typing import Any

import httpx

from shared import clock
from shared.client import Client
from shared.config import Settings
from shared.contracts import OWNERS
from shared.http import auth
from shared.keys import KeyFile

_HOURS = 1.0


class ServiceToken:
    """Mints a token of alignment's own, another one before it ends, and another one when its key has been rotated."""

    def __init__(self, key: KeyFile) -> None:
        self._key = key
        self._current, self._kid, self._until = "", "", 0.0

    def __call__(self) -> str:
        ring, now = self._key.ring(), clock.now().timestamp()
        if now >= self._until or ring.current.kid != self._kid:
            self._current = auth.mint_with(ring, hours=_HOURS)
            self._kid, self._until = ring.current.kid, now + _HOURS * 1800
        return self._current


class Owners:
    """A client per owner; in the embedded platform they share one that stays inside the process."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        token = ServiceToken(KeyFile(settings.service_key_path))
        self._clients = {s: Client(settings.owner_url(s), token, transport) for s in OWNERS}

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]:
        return await self._clients[service].changes(service, after, limit)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()
