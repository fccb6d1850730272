"""The floor's outbox: rows in, messages out. Take up to 500, send them, mark them."""

import asyncio
import contextlib
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

TABLES = """
create table entity (id uuid primary key, body text not null);
create table outbox (
    seq bigint generated always as identity primary key, key text not null, payload text not null, sent_at timestamptz
);
create index outbox_unsent on outbox (seq) where sent_at is null;
"""
_TAKE = "select seq, key, payload from outbox where sent_at is null order by seq limit 500"
_MARK = "update outbox set sent_at = now() where seq = any($1)"


class Relay:
    """Carries rows to the topic; ``new`` is set by the writer after its commit, in the same process."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.new = asyncio.Event()

    async def run(self, database: str, kafka: str) -> None:
        connection = await asyncpg.connect(database)
        producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
        await producer.start()
        try:
            while True:
                if not await self._step(connection, producer):
                    await self._wait()
        finally:
            await producer.stop()
            await connection.close()

    async def _step(self, connection: Any, producer: AIOKafkaProducer) -> int:
        rows = await connection.fetch(_TAKE)
        if rows:
            sent = [await producer.send(self.topic, row["payload"].encode(), row["key"].encode()) for row in rows]
            await asyncio.gather(*sent)
            await connection.execute(_MARK, [row["seq"] for row in rows])
        return len(rows)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.new.wait(), 1)
        self.new.clear()
