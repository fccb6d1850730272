"""The whole platform inside the test's own process: the real assembly, without a socket. What it answers is
held against its OpenAPI documents."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from services import assembly
from shared.client import Client
from shared.config import KEYS, Settings
from shared.contracts import OWNERS
from shared.http import auth
from shared.keys import make_keys
from tests.answers import Checked
from tests.documents import openapi


@dataclass
class Platform:
    """``http`` sends raw requests as an all-mighty caller; ``client`` is the typed client."""

    settings: Settings
    http: httpx.AsyncClient
    client: Client
    transport: Checked
    spare: list[str] = field(default_factory=list)
    """Ids of findings about which nothing has been done (``Api.finding``)."""

    def token(self, subject: str, *scopes: str) -> str:
        return auth.mint(self.settings.issuer_key_path, subject, scopes)

    def acting(self, subject: str, *scopes: str) -> Client:
        """The typed client of somebody else."""
        return Client("http://plumbline", self.token(subject, *scopes), self.transport)

    async def caught_up(self) -> None:
        """Until the view covers what the owners have recorded by now."""
        drained = await asyncio.gather(*(self._drained(service) for service in OWNERS))
        heads = dict(zip(OWNERS, drained, strict=True))
        async with asyncio.timeout(20):
            while True:
                positions = (await self.client.get_json("/alignment/v1/status"))["positions"]
                if all(positions.get(service, -1) >= head for service, head in heads.items()):
                    return
                await asyncio.sleep(0.01)

    async def _drained(self, service: str) -> int:
        """The head's position once it has moved on in time and not in position: nothing waits behind it."""
        before = (await self.client.changes(service, 0, 1))["head"]
        async with asyncio.timeout(20):
            while True:
                await asyncio.sleep(0.01)
                head = (await self.client.changes(service, 0, 1))["head"]
                if head["recorded_until"] > before["recorded_until"]:
                    if head["position"] == before["position"]:
                        return int(head["position"])
                    before = head

    async def answer(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Status and document of a raw request."""
        response = await self.http.request(method, path, **more)
        return response.status_code, response.json() if response.content else None


def settings_for(home: Path, **more: Any) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    quick = {"sweep_seconds": 0.2, "settle_seconds": 0, "stream_seconds": 0.2, "survey_seconds": 0}
    settings = Settings(home=home, embedded=True, **{**quick, **more})
    make_keys(settings.home / KEYS)
    return settings


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Platform]:
    """The platform, migrated and with its workers, until the block ends."""
    await assembly.migrate(settings)
    openapi()  # before: what is built last is what gauges ask
    app = assembly.platform(settings)
    token = auth.mint(settings.issuer_key_path, "tester")
    transport = Checked(httpx.ASGITransport(app, raise_app_exceptions=False))
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://plumbline", headers=headers) as http,
        Client("http://plumbline", token, transport) as client,
    ):
        yield Platform(settings, http, client, transport)
