"""The floor's projector: decode, the last version of each row in the batch, two upserts, offsets in the same
transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

BATCH = 1000
PARTITIONS = 12  # as many as the platform's topics have
INWARD = "create index on {table} (target, type, source)"
TABLES = f"""
create table node (ref text primary key, version bigint not null, state text not null);
create table link (
    source text not null, type text not null, target text not null, id text not null, version bigint not null,
    primary key (source, type, target)
);
{INWARD.format(table="link")};
create table place (partition int primary key, next bigint not null);
"""
_NODES = """insert into node select * from unnest($1::text[], $2::bigint[], $3::text[])
on conflict (ref) do update set version = excluded.version, state = excluded.state
where node.version < excluded.version"""
_LINKS = """insert into link select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
on conflict (source, type, target) do update set id = excluded.id, version = excluded.version
where link.version < excluded.version"""
_PLACES = """insert into place select * from unnest($1::int[], $2::bigint[])
on conflict (partition) do update set next = excluded.next"""

Found = Mapping[TopicPartition, Sequence[ConsumerRecord]]


class Rows:
    """The newest state of every node and link that some events speak of."""

    def __init__(self) -> None:
        self.nodes: dict[str, tuple[int, str]] = {}
        self.links: dict[tuple[str, str, str], tuple[str, int]] = {}

    def add(self, raw: bytes) -> str:
        state = orjson.loads(raw)["data"]["state"]
        version = state["version"]
        if state["kind"] == "link":
            key = (_ref(state["source"]), state["type"], _ref(state["target"]))
            if version > self.links.get(key, ("", 0))[1]:
                self.links[key] = (state["id"], version)
            return f"link/{state['id']}"
        ref = _ref(state)
        if version > self.nodes.get(ref, (0, ""))[0]:
            self.nodes[ref] = (version, orjson.dumps(state).decode())
        return ref


def _ref(end: Mapping[str, str]) -> str:
    return f"{end['kind']}/{end['id']}"


async def apply(connection: Any, found: Found) -> list[str]:
    """One transaction; gives what it was about."""
    places = {partition.partition: records[-1].offset + 1 for partition, records in found.items()}
    return await store(connection, [record.value for records in found.values() for record in records], places)


async def store(connection: Any, some: Sequence[bytes], places: Mapping[int, int] | None = None) -> list[str]:
    """Events, and where to read on in each partition."""
    rows = Rows()
    refs = [rows.add(raw) for raw in some]
    places = places or {0: 0}
    async with connection.transaction():
        if rows.nodes:
            await connection.execute(_NODES, list(rows.nodes), *_columns(rows.nodes.values()))
        if rows.links:
            await connection.execute(_LINKS, *_columns(rows.links), *_columns(rows.links.values()))
        await connection.execute(_PLACES, list(places), list(places.values()))
    return refs


def _columns(rows: Any) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@asynccontextmanager
async def consumer(kafka: str, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """All partitions of a topic, from their beginning."""
    client = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    await client.start()
    try:
        client.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        yield client
    finally:
        await client.stop()
