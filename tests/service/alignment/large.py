"""A view of a made-up organisation, built by the real rebuild, and what it asks its database."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.asking import answered
from bench.organisation import Json, Organisation
from services.alignment.follow.rebuild import Rebuild
from services.alignment.follow.writer import Writer
from services.alignment.main import build
from services.alignment.view import generations
from services.alignment.view.projection import project
from shared import clock
from shared.bus import Bus, open_bus
from shared.config import Settings
from shared.http import auth
from shared.storage import migrations
from shared.storage.db import Database
from tests.platform import settings_for
from tests.service.counting import Asked, statements


@dataclass
class Large:
    organisation: Organisation
    settings: Settings
    database: Database
    bus: Bus

    def __post_init__(self) -> None:
        self.app = build(self.settings, self.database, self.bus, self.organisation)
        self.writer = Writer(self.database, timedelta(0), exclusive=True)
        self.token = auth.mint(self.settings.issuer_key_path, "tester")
        self.positions = dict(self.organisation.heads)

    async def get(self, path: str) -> Json:
        return await answered(self.app, self.token, path)

    async def rebuild(self) -> None:
        rebuild = Rebuild(self.database, self.bus, self.organisation, self.writer)
        await rebuild.run(await rebuild.begin())

    async def add(self, service: str, state: Json, version: int = 1) -> None:
        """As the follower applies an event."""
        self.positions[service] += 1
        made = self.organisation.event(service, self.positions[service], version, state, clock.now())
        async with self.database.read() as connection:
            generation = await generations.active(connection)
        assert generation is not None
        await self.writer.write(generation, [project(made)])

    def statements(self) -> AbstractContextManager[Asked]:
        return statements(self.database)


@asynccontextmanager
async def large(home: Path, links: int, given: dict[str, str]) -> AsyncIterator[Large]:
    settings = settings_for(home, **given)
    database, bus = Database(settings.database("alignment")), open_bus(settings.bus)
    await migrations.upgrade("alignment", database)
    there = Large(Organisation(links), settings, database, bus)
    await there.rebuild()
    yield there
    await bus.close()
    await database.close()
