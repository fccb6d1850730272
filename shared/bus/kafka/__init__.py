"""The bus over Apache Kafka 4. Only this package knows aiokafka.

A message lies in the partition ``partition_of`` its key, so another producer to the same topic must choose it likewise.
Brokers should have ``auto.create.topics.enable=false``: one that made up a lost topic would give it another number of
partitions, and we would refuse it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from shared.bus import PARTITIONS, Consumer, Message, Partition, Positions, Right, partition_of
from shared.bus.access import Access
from shared.bus.kafka import acls
from shared.bus.kafka.clients import Kept, deadline, stop
from shared.bus.kafka.connecting import Brokers
from shared.bus.kafka.consumer import KafkaConsumer
from shared.contracts.events import CONTENT_TYPE

_SECONDS = 10.0
_BROKER_DEFAULT = -1
# The broker's limit is on whole batches, and aiokafka does not split one that is too large.
_BATCH_BYTES = 512 * 1024
_TOPIC = {
    "cleanup.policy": "compact",
    "min.compaction.lag.ms": str(7 * 24 * 3600 * 1000),  # a reader that was away for less misses no version
    "max.message.bytes": str(2 * _BATCH_BYTES),
    # or anybody who may write could send what blows up when it is read, or what our readers have no codec for
    "compression.type": "uncompressed",
}
_HEADERS = [("content-type", CONTENT_TYPE.encode())]
_SAFE = {"enable_idempotence": True, "acks": "all", "max_batch_size": _BATCH_BYTES}
_GROUP = {
    # Kafka's own position of a group is never used, and a missing one never guessed.
    "enable_auto_commit": False,
    "auto_offset_reset": "none",
    "isolation_level": "read_committed",
    "partition_assignment_strategy": (RangePartitionAssignor,),  # the sticky one loses its generation
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 1_000,  # how soon a member learns of a rebalance
    "request_timeout_ms": 15_000,  # joining waits for the session of a member that died
}


class KafkaBus:
    """``host:port[,host:port][?replication=n]``, where n is the replication factor of topics that we create."""

    system = "kafka"

    def __init__(self, address: str, seconds: float = _SECONDS, access: Access | None = None) -> None:
        servers, self._replication = _parse(address)
        self._seconds = seconds
        self._brokers = brokers = Brokers(servers, access or Access(), seconds)
        self._producer = Kept(lambda: AIOKafkaProducer(**brokers.options(), **_SAFE), brokers.start, seconds)
        self._observer = Kept(lambda: AIOKafkaConsumer(**brokers.options()), brokers.start, seconds)
        self._known: set[str] = set()

    async def identity(self) -> str:
        """The id of the cluster."""
        async with self._admin() as admin:
            return str((await admin.describe_cluster())["cluster_id"])

    async def ensure(self, topics: Sequence[str]) -> None:
        async with self._admin() as admin:
            counts = await _partition_counts(admin)
            if missing := sorted(set(topics) - set(counts)):
                await self._create(admin, missing)
                counts = await _partition_counts(admin, expected=missing)
        for topic in topics:
            if counts[topic] != PARTITIONS:
                raise ValueError(f"topic {topic} has {counts[topic]} partitions, not {PARTITIONS}: keys would move")
        self._known.update(topics)

    async def allow(self, rights: Sequence[Right]) -> None:
        """By access control lists, which take a broker with an authorizer, and a user who may grant."""
        async with self._admin() as admin:
            await acls.allow(admin, rights)

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        shares: dict[int, list[Message]] = defaultdict(list)
        for message in messages:
            shares[partition_of(message.key)].append(message)
        async with deadline(self._seconds):
            try:
                await self._ensure_new([topic])
                await self._send(topic, shares)
            except BaseException:
                self._known.discard(topic)  # the cluster may come back without it, and would make up its own
                raise

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        partitions = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        async with deadline(self._seconds):
            await self._ensure_new(topics)
            async with self._observer.use() as observer:
                ends = await observer.end_offsets(partitions)
        return {Partition(*partition): offset for partition, offset in ends.items()}

    async def consumer(self, group: str, topics: Sequence[str], positions: Positions) -> Consumer:
        """Join a group. Raises BusUnavailable when there is no broker; partitions are assigned while one fetches."""
        async with deadline(self._seconds):
            await self._ensure_new(topics)
            client = AIOKafkaConsumer(**{**self._brokers.options(), **_GROUP}, group_id=group)
            try:
                await self._brokers.start(client)
            except BaseException:
                await stop(client)
                raise
        return KafkaConsumer(client, topics, positions, self._seconds)

    async def close(self) -> None:
        await asyncio.gather(self._producer.close(), self._observer.close())

    async def _ensure_new(self, topics: Sequence[str]) -> None:
        """Asking a broker about a topic that is not there may create it, with a number of partitions of its own."""
        if new := [topic for topic in topics if topic not in self._known]:
            await self.ensure(new)

    async def _send(self, topic: str, shares: Mapping[int, Sequence[Message]]) -> None:
        """All partitions at once, one batch of each under way."""
        async with self._producer.use() as producer:
            sending = (_send_share(producer, topic, number, share) for number, share in shares.items())
            for result in await asyncio.gather(*sending, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result

    async def _create(self, admin: AIOKafkaAdminClient, topics: Sequence[str]) -> None:
        by_hand: dict[int, list[int]] | None = (
            {} if self._replication == _BROKER_DEFAULT else None
        )  # what makes aiokafka pass the default on
        new = [NewTopic(topic, PARTITIONS, self._replication, by_hand, _TOPIC) for topic in topics]
        for topic, code, *_ in (await admin.create_topics(new)).topic_errors:
            error = for_code(code)
            if error not in (NoError, TopicAlreadyExistsError):
                raise error(topic)

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        async with deadline(self._seconds):
            admin = AIOKafkaAdminClient(**self._brokers.options())
            try:
                await self._brokers.start(admin)
                yield admin
            finally:
                await admin.close()


async def _send_share(producer: AIOKafkaProducer, topic: str, number: int, share: Sequence[Message]) -> None:
    for batch in _batches(producer, share):
        await (await producer.send_batch(batch, topic, partition=number))


def _batches(producer: AIOKafkaProducer, messages: Sequence[Message]) -> Iterator[Any]:
    batch = producer.create_batch()
    for message in messages:
        record = {"key": message.key.encode(), "value": message.value, "timestamp": None, "headers": _HEADERS}
        if batch.append(**record) is None:
            yield batch
            batch = producer.create_batch()
            batch.append(**record)  # an empty one takes anything
    yield batch


async def _partition_counts(admin: AIOKafkaAdminClient, expected: Sequence[str] = ()) -> dict[str, int]:
    """Of all topics, since asking for one by name might create it; waits for those that are expected."""
    while True:
        counts = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
        if all(counts.get(topic) for topic in expected):
            return counts
        await asyncio.sleep(0.02)


def _parse(address: str) -> tuple[list[str], int]:
    servers, _, query = address.partition("?")
    options = parse_qs(query, strict_parsing=True) if query else {}
    replication = options.pop("replication", [str(_BROKER_DEFAULT)])[-1]
    if options:
        raise ValueError(f"a Kafka URL has no option {', '.join(options)}")
    return servers.rstrip("/").split(","), int(replication)
