"""What both adapters of the bus promise. Nothing here knows which of them it talks to."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from shared.bus import (
    PARTITIONS,
    Batch,
    Bus,
    Consumer,
    Entry,
    Message,
    Partition,
    PositionLost,
    open_bus,
    partition_of,
)

_PATIENCE = 20.0


@pytest.fixture(params=["log", pytest.param("kafka", marks=pytest.mark.kafka)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the bus of this test is."""
    kafka: str | None = request.getfixturevalue("kafka_url") if request.param == "kafka" else None
    return kafka or f"log://{tmp_path}/log.sqlite"


@pytest.fixture
async def bus(url: str) -> AsyncIterator[Bus]:
    bus = open_bus(url)
    yield bus
    await bus.close()


@pytest.fixture
def topic() -> str:
    """Another one for every test: a broker is shared by all of them."""
    return f"test.{uuid4().hex}"


class Reader:
    """Keeps positions as a view does: moved together with what it made of the entries, by compare and set."""

    def __init__(self, topics: Sequence[str], group: str | None = None) -> None:
        self.group = group or uuid4().hex
        self.topics = topics
        self.positions: dict[Partition, int] = {}
        self.seen: dict[Partition, list[Entry]] = defaultdict(list)
        self.asked: list[set[Partition]] = []
        self.fetched = 0

    async def stored(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        self.asked.append(set(partitions))
        return {partition: self.positions[partition] for partition in partitions if partition in self.positions}

    async def join(self, bus: Bus) -> Consumer:
        return await bus.consumer(self.group, self.topics, self.stored)

    def apply(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self.fetched += len(batch.entries)
            assert batch.entries
            assert batch.start <= batch.entries[0].offset
            assert batch.entries[-1].offset < batch.next
            if self.positions.get(batch.partition, 0) == batch.start:
                self.positions[batch.partition] = batch.next
                self.seen[batch.partition] += batch.entries

    def values(self) -> dict[str, list[bytes | None]]:
        """The values of every key, in the order in which they came."""
        values: dict[str, list[bytes | None]] = defaultdict(list)
        for entries in self.seen.values():
            for entry in entries:
                values[(entry.key or b"").decode()].append(entry.value)
        return values

    def count(self) -> int:
        return sum(map(len, self.seen.values()))


async def until(reader: Reader, *consumers: Consumer, holds: Callable[[], bool]) -> None:
    """Read with all of the consumers, in turn, until something is so."""
    stop = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < stop, f"after {reader.count()} entries"
        for consumer in consumers:
            batches = await consumer.fetch(500, 0.05)
            reader.apply(batches)
            await consumer.done(batches)


async def read(bus: Bus, reader: Reader, count: int) -> None:
    """Read until this many entries were seen, then look whether more of them come."""
    consumer = await reader.join(bus)
    try:
        await until(reader, consumer, holds=lambda: reader.count() >= count)
        reader.apply(await consumer.fetch(500, 0.2))
        assert reader.count() == count
    finally:
        await consumer.close()


def numbered(count: int, keys: int = 50) -> list[Message]:
    return [Message(f"thing:{number % keys}", b"%d" % number) for number in range(count)]


def by_key(messages: Sequence[Message]) -> dict[str, list[bytes]]:
    values: dict[str, list[bytes]] = defaultdict(list)
    for message in messages:
        values[message.key].append(message.value)
    return values


async def test_keeps_the_order_of_every_key(bus: Bus, topic: str) -> None:
    messages = numbered(300)
    for start in range(0, 300, 70):
        await bus.publish(topic, messages[start : start + 70])
    reader = Reader([topic])
    await read(bus, reader, 300)
    assert reader.values() == by_key(messages)


async def test_puts_a_key_into_its_partition_at_the_next_offset(bus: Bus, topic: str) -> None:
    await bus.publish(topic, numbered(300))
    reader = Reader([topic])
    await read(bus, reader, 300)
    for partition, entries in reader.seen.items():
        assert [entry.offset for entry in entries] == list(range(len(entries)))
        assert {partition_of((entry.key or b"").decode()) for entry in entries} == {partition.number}


async def test_an_interrupted_reader_sees_the_same_again(bus: Bus, topic: str) -> None:
    messages = numbered(40)
    await bus.publish(topic, messages)
    reader = Reader([topic])
    consumer = await reader.join(bus)
    dropped: list[Batch] = []
    while not dropped:
        dropped += await consumer.fetch(10, 0.2)
    await consumer.done(dropped)  # for graphs only: what counts is what the reader stored, and it stored nothing
    await consumer.close()
    await read(bus, reader, 40)
    assert reader.values() == by_key(messages)


async def test_goes_on_where_the_reader_stood_after_a_restart(url: str, topic: str) -> None:
    first, second = numbered(60), numbered(90)[60:]
    reader = Reader([topic])
    for messages, count in ((first, 60), (second, 90)):
        bus = open_bus(url)
        await bus.publish(topic, messages)
        await read(bus, reader, count)
        await bus.close()
    assert reader.values() == by_key([*first, *second])
    assert reader.fetched == 90, "something was fetched twice"


async def test_keeps_its_identity_over_a_restart(url: str) -> None:
    identities = set()
    for _ in range(2):
        bus = open_bus(url)
        identities.add(await bus.identity())
        await bus.close()
    assert len(identities) == 1
    assert identities.pop()


async def test_every_group_sees_everything(bus: Bus, topic: str) -> None:
    await bus.publish(topic, numbered(100))
    for reader in (Reader([topic]), Reader([topic])):
        await read(bus, reader, 100)
        assert reader.values() == by_key(numbered(100))


async def test_members_of_a_group_share_its_partitions(bus: Bus, topic: str) -> None:
    reader = Reader([topic])
    async with AsyncExitStack() as stack:
        members = []
        for size in (1, 2, 3):
            members.append(await reader.join(bus))
            stack.push_async_callback(members[-1].close)
            await settle(reader, members)
            assert sorted(map(len, reader.asked[-size:])) == [PARTITIONS // size] * size
        messages = numbered(600)
        before = reader.fetched
        await bus.publish(topic, messages)
        await until(reader, *members, holds=lambda: reader.count() >= 600)
        assert reader.values() == by_key(messages)
        assert reader.fetched - before == 600, "two members of one generation saw the same entry"


async def test_a_member_that_leaves_gives_its_partitions_back(bus: Bus, topic: str) -> None:
    reader = Reader([topic])
    stays, leaves = await reader.join(bus), await reader.join(bus)
    await settle(reader, [stays, leaves])
    await leaves.close()
    await bus.publish(topic, numbered(200))
    await until(reader, stays, holds=lambda: reader.count() >= 200)
    assert reader.values() == by_key(numbered(200))
    assert len(reader.asked[-1]) == PARTITIONS
    await stays.close()


async def settle(reader: Reader, members: Sequence[Consumer]) -> None:
    """Until the last answers, one per member, cover the partitions without overlap."""

    def settled() -> bool:
        last = reader.asked[-len(members) :]
        return sum(map(len, last)) == PARTITIONS == len(set().union(*last))

    reader.asked.clear()
    await until(reader, *members, holds=settled)


async def test_reads_from_the_stored_positions(bus: Bus, topic: str) -> None:
    await bus.publish(topic, [Message("thing:1", b"%d" % number) for number in range(10)])
    reader = Reader([topic])
    partition = Partition(topic, partition_of("thing:1"))
    reader.positions[partition] = 7
    await read(bus, reader, 3)
    assert reader.values() == {"thing:1": [b"7", b"8", b"9"]}
    assert reader.asked == [{Partition(topic, number) for number in range(PARTITIONS)}]


async def test_says_that_a_position_is_not_there(bus: Bus, topic: str) -> None:
    await bus.publish(topic, [Message("thing:1", b"1")])
    reader = Reader([topic])
    reader.positions[Partition(topic, partition_of("thing:1"))] = 2
    consumer = await reader.join(bus)
    with pytest.raises(PositionLost):
        await until(reader, consumer, holds=lambda: False)
    await consumer.close()


async def test_a_position_at_the_end_is_there(bus: Bus, topic: str) -> None:
    await bus.publish(topic, [Message("thing:1", b"1")])
    reader = Reader([topic])
    reader.positions[Partition(topic, partition_of("thing:1"))] = 1
    consumer = await reader.join(bus)
    await settle_one(reader, consumer)
    await bus.publish(topic, [Message("thing:1", b"2")])
    await until(reader, consumer, holds=lambda: reader.count() == 1)
    assert reader.values() == {"thing:1": [b"2"]}
    await consumer.close()


async def settle_one(reader: Reader, consumer: Consumer) -> None:
    await until(reader, consumer, holds=lambda: bool(reader.asked))
    reader.apply(await consumer.fetch(500, 0.2))


async def test_hands_on_what_the_positions_raise(bus: Bus, topic: str) -> None:
    async def positions(_: Sequence[Partition]) -> Mapping[Partition, int]:
        raise LookupError("the view's database is away")

    await bus.publish(topic, numbered(10))
    consumer = await bus.consumer(uuid4().hex, [topic], positions)
    with pytest.raises(LookupError):
        await until(Reader([topic]), consumer, holds=lambda: False)
    await consumer.close()


async def test_tells_the_ends(bus: Bus, topic: str) -> None:
    other = f"{topic}.other"
    await bus.ensure([topic, other])
    assert await bus.ends([topic, other]) == {Partition(t, n): 0 for t in (topic, other) for n in range(PARTITIONS)}
    await bus.publish(topic, [Message("thing:1", b"1"), Message("thing:1", b"2")])
    ends = await bus.ends([topic, other])
    assert ends.pop(Partition(topic, partition_of("thing:1"))) == 2
    assert set(ends.values()) == {0}


async def test_ensures_a_topic_twice(bus: Bus, topic: str) -> None:
    await bus.ensure([topic])
    await bus.ensure([topic, topic])


async def test_follows_several_topics(bus: Bus, topic: str) -> None:
    topics = [f"{topic}.{number}" for number in range(3)]
    for name in topics:
        await bus.publish(name, numbered(20))
    reader = Reader(topics)
    await read(bus, reader, 60)
    assert {partition.topic for partition in reader.seen} == set(topics)


async def test_many_messages_pass_quickly(bus: Bus, topic: str) -> None:
    messages = [Message(f"thing:{number % 500}", b"%d " % number + b"x" * 1000) for number in range(5000)]
    began = time.monotonic()
    await bus.publish(topic, messages)
    reader = Reader([topic])
    await read(bus, reader, 5000)
    assert reader.values() == by_key(messages)
    assert time.monotonic() - began < 10


async def test_never_fetches_more_than_asked(bus: Bus, topic: str) -> None:
    await bus.publish(topic, numbered(100))
    reader = Reader([topic])
    consumer = await reader.join(bus)
    while reader.count() < 100:
        batches = await consumer.fetch(7, 0.2)
        assert sum(len(batch.entries) for batch in batches) <= 7
        reader.apply(batches)
    await consumer.close()


async def test_a_busy_partition_starves_no_other(bus: Bus, topic: str) -> None:
    keys = {partition_of(f"thing:{number}"): f"thing:{number}" for number in range(100)}
    busy, quiet = keys[0], keys[PARTITIONS - 1]
    await bus.publish(topic, [Message(busy, b"x" * 1000)] * 4000 + [Message(quiet, b"x")])
    reader = Reader([topic])
    consumer = await reader.join(bus)
    await until(reader, consumer, holds=lambda: quiet in reader.values())
    assert reader.count() < 4001
    await consumer.close()


@pytest.mark.parametrize(
    "message", [Message("", b"x"), Message("thing:1", b""), Message("ключ \0 🎈", bytes(range(256)))]
)
async def test_keeps_hostile_messages_as_they_are(bus: Bus, topic: str, message: Message) -> None:
    await bus.publish(topic, [message])
    reader = Reader([topic])
    await read(bus, reader, 1)
    assert reader.values() == {message.key: [message.value]}


async def test_keeps_large_values(bus: Bus, topic: str) -> None:
    messages = [Message("thing:1", bytes([number]) * 256 * 1024) for number in range(20)]
    await bus.publish(topic, messages)
    reader = Reader([topic])
    await read(bus, reader, 20)
    assert reader.values() == by_key(messages)


async def test_publishes_nothing(bus: Bus, topic: str) -> None:
    await bus.publish(topic, [])
    assert set((await bus.ends([topic])).values()) == {0}


async def test_a_waiting_reader_is_woken(bus: Bus, topic: str) -> None:
    reader = Reader([topic])
    consumer = await reader.join(bus)
    await settle_one(reader, consumer)
    delays = []
    for number in range(20):
        fetching = asyncio.create_task(consumer.fetch(10, 10))
        await asyncio.sleep(0.02)
        began = time.monotonic()
        await bus.publish(topic, [Message(f"thing:{number}", b"x")])
        assert await fetching
        delays.append(time.monotonic() - began)
    await consumer.close()
    assert sorted(delays)[10] < 0.1


async def test_fetch_comes_back_empty_in_time(bus: Bus, topic: str) -> None:
    reader = Reader([topic])
    consumer = await reader.join(bus)
    await settle_one(reader, consumer)
    began = time.monotonic()
    assert await consumer.fetch(10, 0.3) == []
    assert 0.25 < time.monotonic() - began < 1.5
    await consumer.close()


async def test_a_cancelled_fetch_loses_nothing(bus: Bus, topic: str) -> None:
    reader = Reader([topic])
    consumer = await reader.join(bus)
    await settle_one(reader, consumer)
    for number in range(30):
        fetching = asyncio.create_task(consumer.fetch(10, 5))
        await asyncio.sleep(0.001 * (number % 7))
        await bus.publish(topic, [Message(f"thing:{number}", b"%d" % number)])
        fetching.cancel()
        for result in await asyncio.gather(fetching, return_exceptions=True):
            if isinstance(result, list):
                reader.apply(result)
    await until(reader, consumer, holds=lambda: reader.count() >= 30)
    assert reader.count() == 30
    await consumer.close()


async def test_closes_twice(url: str, topic: str) -> None:
    bus = open_bus(url)
    consumer = await Reader([topic]).join(bus)
    for _ in range(2):
        await consumer.close()
    for _ in range(2):
        await bus.close()
