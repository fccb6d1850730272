"""Alignment alone, with owners in memory."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import delete

from services.alignment import main
from services.alignment.follow.follower import Follower
from services.alignment.follow.rebuild import Rebuild
from services.alignment.follow.writer import Writer
from services.alignment.models import Base
from services.alignment.view import generations
from services.alignment.view.projection import read
from shared import clock
from shared.bus import Batch, Entry, Partition
from shared.config import Settings
from shared.contracts.events import topic
from shared.http import auth
from shared.storage.db import Database
from tests.service.alignment.world import World, key, raw
from tests.service.fake_bus import FakeBus

LOG = "a log"
PLACE = Partition(topic("strategy"), 0)


class Server:
    """Alignment over HTTP on an empty view, without its workers: what arrives, and when, is the test's to say."""

    def __init__(self, configured: Settings) -> None:
        self.settings = configured
        self.database = Database(configured.database("alignment"))
        self.world = World()
        self.settle = timedelta(seconds=configured.settle_seconds)
        self.writer = Writer(self.database, self.settle, exclusive=True)
        self.rebuild = Rebuild(self.database, FakeBus(), self.world, self.writer)
        self.app = main.build(configured, self.database, FakeBus(), self.world)
        token = auth.mint(configured.issuer_key_path, "tester")
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://alignment", headers=headers
        )

    async def begin(self) -> None:
        async with self.database.write() as connection:
            for name, table in Base.metadata.tables.items():
                if name != "leader":  # its row comes with the migration
                    await connection.execute(delete(table))
        await self.build()

    async def build(self) -> None:
        await self.rebuild.run(await self.rebuild.begin())

    async def arrive(self, events: list[Any]) -> None:
        await self.writer.write(await self.generation(), [read(raw(event)) for event in events])

    async def generation(self) -> int:
        async with self.database.read() as connection:
            generation = await generations.active(connection)
        assert generation is not None
        return generation

    async def hear(self, events: Sequence[Mapping[str, Any]], service: str) -> None:
        """By way of the follower, from some partition of the service's topic."""
        place = Partition(topic(service), 0)
        follower = await reader(self, place=place)
        await follower._apply_batches([batch(events, 0, place)], LOG)

    async def get(self, path: str, **params: Any) -> Any:
        await self.writer.settle(await self.generation(), clock.now())  # as its clock would have
        answer = await self.http.get(f"/alignment/v1/{path}", params=params)
        assert answer.status_code == 200, (path, params, answer.text)
        return answer.json()

    async def close(self) -> None:
        await self.http.aclose()
        await self.database.close()


async def reader(server: Server, at: int = 0, place: Partition = PLACE) -> Follower:
    """A process that has read a partition of the bus up to an offset."""
    follower = Follower(server.database, server.rebuild.bus, server.world, server.settle)
    follower.writer = follower.intake._writer = server.writer
    async with server.database.write() as connection:
        follower.generation = await generations.active(connection)
        assert follower.generation
        await generations.anchor(connection, follower.generation, {place: at}, LOG)
    return follower


def batch(events: Sequence[Mapping[str, Any]], start: int, place: Partition = PLACE) -> Batch:
    """Some events as they come by the bus."""
    return entries([(key(event), raw(event)) for event in events], start, place)


def entries(records: Sequence[tuple[bytes | None, bytes | None]], start: int, place: Partition = PLACE) -> Batch:
    """Some records as they come by the bus, whatever is in them."""
    made = [Entry(start + index, *record) for index, record in enumerate(records)]
    return Batch(place, start, start + len(made), made)
