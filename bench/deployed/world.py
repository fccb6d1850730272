"""Where the deployed measures run: one Kafka broker and one durable PostgreSQL server, new topics and databases each
time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.floors.projector import PARTITIONS
from shared.contracts import OWNERS
from shared.contracts.events import topic
from tests import backends
from tests.backends.databases import new_databases
from tests.backends.server import Missing

OURS = topic("strategy")
FLOOR = "floor.strategy.v1"
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class World:
    """``kafka`` is ``host:port``, ``postgres`` a URL with ``{database}``."""

    kafka: str
    postgres: str

    @asynccontextmanager
    async def databases(self) -> AsyncIterator[str]:
        """A URL template with ``{service}`` for new databases."""
        async with new_databases(self.postgres) as template:
            yield template

    async def empty_topics(self) -> None:
        """As if nobody had ever sent anything; the platform makes its own topics."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        there = set(await admin.list_topics()) & {FLOOR, *map(topic, OWNERS)}
        if there:
            await admin.delete_topics([*there])
        while there & set(await admin.list_topics()):
            await asyncio.sleep(0.1)
        await admin.create_topics([NewTopic(FLOOR, PARTITIONS, 1)])
        await admin.close()

    async def count(self, topic: str) -> int:
        """How many messages a topic has."""
        async with self.client() as client:
            return await ended(client, topic)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[AIOKafkaConsumer]:
        client = AIOKafkaConsumer(bootstrap_servers=self.kafka, enable_auto_commit=False)
        await client.start()
        try:
            yield client
        finally:
            await client.stop()


async def ended(client: AIOKafkaConsumer, topic: str) -> int:
    ends = await client.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
    return sum(ends.values())


@contextmanager
def world() -> Iterator[World]:
    """Raises Missing."""
    with backends.kafka() as kafka, backends.postgres(durable=True) as postgres:
        asyncio.run(_check_durable(postgres))
        yield World(kafka.removeprefix("kafka://"), postgres)


async def _check_durable(postgres: str) -> None:
    """Without a real commit the figures of writes would be of something that nobody runs."""
    connection = await connect(postgres.format(database="postgres"))
    off = [name for name in _DURABLE if await connection.fetchval(f"show {name}") != "on"]
    await connection.close()
    if off:
        raise Missing(f"PostgreSQL runs with {', '.join(off)} off")


async def connect(url: str) -> Any:
    return await asyncpg.connect(plain(url))


def plain(url: str) -> str:
    """A URL for asyncpg itself."""
    return url.replace("+asyncpg", "")
