"""What only the Kafka adapter promises: above all, to come back."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka import client as aiokafka_client
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.bus import PARTITIONS, Bus, BusUnavailable, Consumer, Message, Partition, open_bus, partition_of
from shared.bus.kafka import KafkaBus
from tests.backends.server import free_port
from tests.contract.wire import Wire

_SECONDS = 2.0
MESSAGES = [Message(f"thing:{number}", b"x") for number in range(30)]


async def nowhere(_: Sequence[Partition]) -> Mapping[Partition, int]:
    return {}


@pytest.fixture
def topic() -> str:
    return f"test.{uuid4().hex}"


@pytest.fixture
async def bus(kafka_url: str) -> AsyncIterator[Bus]:
    bus = open_bus(kafka_url)
    yield bus
    await bus.close()


@pytest.fixture
async def wire(kafka_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """All connections to the broker pass here."""
    async with Wire.to(kafka_url.removeprefix("kafka://")) as wire:
        connect = aiokafka_client.create_conn

        async def detour(host: str, port: int, **options: object) -> object:
            return await connect("127.0.0.1", wire.port, **options)

        monkeypatch.setattr(aiokafka_client, "create_conn", detour)
        yield wire


@pytest.fixture
async def admin(kafka_url: str) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url.removeprefix("kafka://"))
    await admin.start()
    yield admin
    await admin.close()


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


async def is_unavailable(call: Awaitable[object]) -> None:
    async with within(_SECONDS + 0.5):
        with pytest.raises(BusUnavailable):
            await call


async def nothing_is_left() -> None:
    """No task but those of the tests."""
    await asyncio.sleep(0.1)
    assert not [task for task in asyncio.all_tasks() if "/tests/" not in repr(task)]


CALLS: list[Callable[[Bus], Awaitable[object]]] = [
    lambda bus: bus.publish("t", MESSAGES),
    lambda bus: bus.ensure(["t"]),
    lambda bus: bus.ends(["t"]),
    lambda bus: bus.identity(),
    lambda bus: bus.consumer("g", ["t"], nowhere),
]


@pytest.mark.parametrize("call", CALLS)
async def test_says_that_nobody_is_there(call: Callable[[Bus], Awaitable[object]]) -> None:
    bus = KafkaBus(f"127.0.0.1:{free_port()}", seconds=_SECONDS)
    await is_unavailable(call(bus))
    async with within(1):
        await bus.close()
    await nothing_is_left()


@pytest.mark.parametrize("call", CALLS)
async def test_does_not_wait_for_somebody_who_never_answers(call: Callable[[Bus], Awaitable[object]]) -> None:
    async with Wire.to("127.0.0.1:1") as wire:
        wire.freeze()
        bus = KafkaBus(f"127.0.0.1:{wire.port}", seconds=_SECONDS)
        await is_unavailable(call(bus))
        async with within(_SECONDS + 0.5):
            await bus.close()
        await nothing_is_left()


@pytest.mark.kafka
@pytest.mark.parametrize("fault", [Wire.freeze, Wire.cut])
async def test_comes_back_when_the_broker_does(
    wire: Wire, kafka_url: str, topic: str, fault: Callable[[Wire], None]
) -> None:
    bus = KafkaBus(kafka_url.removeprefix("kafka://"), seconds=_SECONDS)
    consumer = await bus.consumer(uuid4().hex, [topic], nowhere)
    await bus.publish(topic, MESSAGES)
    await consumer.done(await first(consumer))
    fault(wire)
    await is_unavailable(bus.publish(topic, MESSAGES))
    await is_unavailable(bus.ends([topic]))
    async with within(2 * _SECONDS):
        with pytest.raises(BusUnavailable):
            await first(consumer)
    async with within(_SECONDS + 0.5):
        await consumer.close()
    wire.mend()
    await bus.publish(topic, MESSAGES)
    assert sum((await bus.ends([topic])).values()) >= 2 * len(MESSAGES)
    await bus.close()
    await nothing_is_left()


async def first(consumer: Consumer) -> list[Any]:
    async with asyncio.timeout(10):
        while not (batches := await consumer.fetch(500, 0.5)):
            pass
    return list(batches)


@pytest.mark.kafka
async def test_a_frozen_broker_does_not_keep_close_waiting(wire: Wire, kafka_url: str, topic: str) -> None:
    bus = KafkaBus(kafka_url.removeprefix("kafka://"), seconds=_SECONDS)
    await bus.publish(topic, MESSAGES)
    consumer = await bus.consumer(uuid4().hex, [topic], nowhere)
    await first(consumer)
    wire.freeze()
    publishing = asyncio.create_task(bus.publish(topic, MESSAGES))
    await asyncio.sleep(0.1)
    async with within(2 * _SECONDS + 0.5):
        await consumer.close()
        await bus.close()
    with pytest.raises(BusUnavailable):
        await publishing
    await nothing_is_left()


@pytest.mark.kafka
async def test_publishes_on_after_a_rejected_record(bus: Bus, topic: str) -> None:
    await bus.publish(topic, [Message("thing:1", b"1")])
    with pytest.raises(BusUnavailable):
        await bus.publish(topic, [Message("thing:1", b"2"), Message("thing:1", b"x" * 3_000_000)])
    await bus.publish(topic, [Message("thing:1", b"2")])
    assert (await bus.ends([topic]))[Partition(topic, partition_of("thing:1"))] in (2, 3)


@pytest.mark.kafka
async def test_makes_a_topic_again_that_was_lost(kafka_url: str, admin: Any, topic: str) -> None:
    bus = KafkaBus(kafka_url.removeprefix("kafka://"), seconds=_SECONDS)
    await bus.publish(topic, MESSAGES)
    await admin.delete_topics([topic])
    with pytest.raises(BusUnavailable):
        await bus.publish(topic, MESSAGES)
    async with asyncio.timeout(30):
        while True:  # a busy broker may take longer to make it than this bus waits
            try:
                await bus.publish(topic, MESSAGES)
                break
            except BusUnavailable:
                pass
    assert sum((await bus.ends([topic])).values()) >= len(MESSAGES)
    await bus.close()


@pytest.mark.kafka
async def test_refuses_a_topic_with_another_number_of_partitions(bus: Bus, admin: Any, topic: str) -> None:
    await admin.create_topics([NewTopic(topic, 3, 1)])
    for call in (bus.ensure([topic]), bus.publish(topic, MESSAGES), bus.ends([topic])):
        with pytest.raises(ValueError, match="3 partitions"):
            await call


@pytest.mark.kafka
async def test_makes_compacted_topics_that_take_a_batch(bus: Bus, admin: Any, topic: str) -> None:
    await bus.ensure([topic])
    [found] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    settings = {name: value for name, value, *_ in found.resources[0][4]}
    assert settings["cleanup.policy"] == "compact"
    assert int(settings["min.compaction.lag.ms"]) >= 24 * 3600 * 1000
    assert int(settings["max.message.bytes"]) == 1024 * 1024
    assert settings["compression.type"] == "uncompressed"


@pytest.mark.kafka
async def test_creates_topics_with_the_replication_asked_for(kafka_url: str, topic: str) -> None:
    bus = open_bus(f"{kafka_url}?replication=1")
    await bus.ensure([topic])
    await bus.close()
    bus = open_bus(f"{kafka_url}?replication=3")
    with pytest.raises(BusUnavailable, match="InvalidReplicationFactor"):  # there is one broker
        await bus.ensure([f"{topic}.3"])
    await bus.close()


def test_refuses_options_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="acks"):
        KafkaBus("127.0.0.1:9092?acks=0")


@pytest.mark.kafka
async def test_reads_from_the_readers_positions_and_never_from_the_groups(bus: Bus, admin: Any, topic: str) -> None:
    await bus.publish(topic, MESSAGES)
    group, count = uuid4().hex, 0
    consumer = await bus.consumer(group, [topic], nowhere)
    while count < len(MESSAGES):
        batches = await consumer.fetch(500, 0.5)
        count += sum(len(batch.entries) for batch in batches)
        await consumer.done(batches)
    await until_committed(admin, group, topic, await bus.ends([topic]))
    await consumer.close()
    again = await bus.consumer(group, [topic], nowhere)
    assert min(batch.start for batch in await first(again)) == 0
    await again.close()


async def until_committed(admin: Any, group: str, topic: str, ends: Mapping[Partition, int]) -> None:
    """What ``done`` is for: the lag that Kafka's own tools show."""
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    async with asyncio.timeout(10):
        while True:
            committed = await admin.list_consumer_group_offsets(group, partitions=partitions)
            if {Partition(*p): max(at.offset, 0) for p, at in committed.items()} == ends:
                return
            await asyncio.sleep(0.05)
