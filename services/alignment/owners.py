"""How alignment reads the owners: over HTTP, with a token of its own that may read and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from shared import auth, clock
from shared.client import Client
from shared.config import Settings
from shared.contracts import OWNERS

_HOURS = 1.0


def service_token(key: Path) -> Callable[[], str]:
    """Mints a token of alignment's own, and another one before it ends."""
    scopes = [f"{service}:read" for service in OWNERS]
    current = ("", 0.0)

    def token() -> str:
        nonlocal current
        now = clock.now().timestamp()
        if now >= current[1]:
            current = auth.mint(key, "alignment", scopes, _HOURS), now + _HOURS * 1800
        return current[0]

    return token


class Owners:
    """A client per owner; in the embedded platform they share one that stays inside the process."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        token = service_token(settings.key_path)
        self._clients = {s: Client(settings.owner_url(s), token, transport) for s in OWNERS}

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]:
        return await self._clients[service].changes(service, after, limit)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()
