"""The Kafka consumer at moments that no broker produces when asked: a rebalance during a fetch, a stuck fetcher."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord

from shared.bus import BusUnavailable, Partition, PositionLost
from shared.bus.kafka.consumer import KafkaConsumer

HERE = TopicPartition("t", 0)
STORED = 3


class FakeClient:
    """Holds ten records of one partition, and lets a test interfere while they are fetched."""

    def __init__(self) -> None:
        self.position = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self.stuck = False

    def subscribe(self, _: Sequence[str], listener: KafkaConsumer) -> None:
        self.listener = listener

    def rebalance(self) -> None:
        self.listener.on_partitions_revoked({HERE})
        self.listener.on_partitions_assigned({HERE})

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.position = offset

    async def beginning_offsets(self, partitions: set[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: 10 if partition == HERE else 0 for partition in partitions}

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Any]]:
        offsets = range(self.position, min(self.position + max_records, 10))
        self.meanwhile()
        if self.stuck or not offsets:
            await asyncio.sleep(timeout_ms / 1000)
            return {}
        self.position = offsets[-1] + 1
        return {HERE: [record(offset) for offset in offsets]}

    async def stop(self) -> None:
        self.stopped = True


def record(offset: int) -> Any:
    return ConsumerRecord("t", 0, offset, 0, 0, b"k", b"v", None, 1, 1, ())


async def stored(_: Sequence[Partition]) -> Mapping[Partition, int]:
    return {Partition("t", 0): STORED}


@pytest.fixture
async def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
async def consumer(client: FakeClient) -> KafkaConsumer:
    return KafkaConsumer(client, ["t"], stored, seconds=0.1)


async def offsets(consumer: KafkaConsumer, limit: int = 100) -> list[int]:
    batches = await consumer.fetch(limit, 0.02)
    assert [batch.start for batch in batches] == [batch.entries[0].offset for batch in batches]
    return [entry.offset for batch in batches for entry in batch.entries]


async def fetch_for_long(consumer: KafkaConsumer) -> None:
    for _ in range(30):
        assert await consumer.fetch(10, 0.02) == []


async def test_what_was_fetched_during_a_rebalance_comes_from_the_new_place(
    client: FakeClient, consumer: KafkaConsumer
) -> None:
    client.rebalance()
    assert await offsets(consumer, 2) == [3, 4]
    client.meanwhile = client.rebalance
    assert await offsets(consumer, 2) == []
    client.meanwhile = lambda: None
    assert await offsets(consumer) == list(range(STORED, 10))


async def test_what_was_fetched_before_a_rebalance_was_over_is_not_skipped(
    client: FakeClient, consumer: KafkaConsumer
) -> None:
    """Here the new place is taken before the fetch comes back with what is to be dropped."""
    client.rebalance()
    assert await offsets(consumer, 2) == [3, 4]
    getmany = client.getmany

    async def late(timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Any]]:
        client.rebalance()
        await consumer._places(1)
        return await getmany(timeout_ms, max_records)

    client.getmany = late  # type: ignore[method-assign]
    assert await offsets(consumer, 2) == []
    client.getmany = getmany  # type: ignore[method-assign]
    assert await offsets(consumer) == list(range(STORED, 10))


async def test_nothing_comes_before_partitions_are_assigned(client: FakeClient, consumer: KafkaConsumer) -> None:
    assert await offsets(consumer) == []
    client.rebalance()
    client.listener.on_partitions_revoked({HERE})
    assert await offsets(consumer) == []


async def test_a_fetcher_that_is_stuck_is_noticed(client: FakeClient, consumer: KafkaConsumer) -> None:
    client.rebalance()
    client.stuck = True
    with pytest.raises(BusUnavailable, match="do not come"):
        await fetch_for_long(consumer)


async def test_a_reader_at_the_end_is_not_stuck(client: FakeClient, consumer: KafkaConsumer) -> None:
    client.rebalance()
    assert await offsets(consumer) == list(range(STORED, 10))
    await fetch_for_long(consumer)


async def test_a_member_that_is_assigned_nothing_for_long_is_noticed(
    client: FakeClient, consumer: KafkaConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.kafka.consumer._ASSIGNMENT_SECONDS", 0.2)
    with pytest.raises(BusUnavailable, match="assigns"):
        await fetch_for_long(consumer)


@pytest.mark.parametrize(
    ("error", "told"), [(OffsetOutOfRangeError({HERE: 3}), PositionLost), (KafkaConnectionError(), BusUnavailable)]
)
async def test_errors_are_told_unless_they_are_of_an_assignment_that_is_over(
    client: FakeClient, consumer: KafkaConsumer, error: Exception, told: type[Exception]
) -> None:
    def fail() -> None:
        raise error

    def rebalance_and_fail() -> None:
        client.rebalance()
        raise error

    client.rebalance()
    client.meanwhile = rebalance_and_fail
    assert await offsets(consumer) == []
    client.meanwhile = fail
    with pytest.raises(told):
        await consumer.fetch(10, 0.02)
    await consumer.close()
    assert client.stopped
