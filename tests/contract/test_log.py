"""What only the embedded event log promises."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest

from shared.bus import BusUnavailable, Message, Partition, partition_of
from shared.bus.log import LogBus
from shared.bus.log_store import LogStore

_PUBLISH_AND_DIE = """
import asyncio, os, sys
from shared.bus import Message
from shared.bus.log import LogBus

asyncio.run(LogBus(sys.argv[1]).publish("t", [Message("thing:1", b"1"), Message("thing:1", b"2")]))
os._exit(9)
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "home" / "log.sqlite")


@pytest.fixture
async def log(path: str) -> AsyncIterator[LogBus]:
    log = LogBus(path)
    yield log
    await log.close()


async def nowhere(_: Sequence[Partition]) -> Mapping[Partition, int]:
    return {}


async def test_sees_what_another_process_appends(log: LogBus, path: str) -> None:
    consumer = await log.consumer("g", ["t"], nowhere)
    fetching = asyncio.create_task(consumer.fetch(10, 10))
    other = LogBus(path)
    await other.publish("t", [Message("thing:1", b"1")])
    await other.close()
    async with asyncio.timeout(5):
        [batch] = await fetching
    assert [entry.value for entry in batch.entries] == [b"1"]


async def test_keeps_what_a_killed_process_published(log: LogBus, path: str) -> None:
    command = [sys.executable, "-c", _PUBLISH_AND_DIE, path]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert done.returncode == 9, done.stderr.decode()
    assert (await log.ends(["t"]))[Partition("t", partition_of("thing:1"))] == 2


async def test_appends_all_or_nothing(log: LogBus) -> None:
    broken = Message("thing:1", None)  # type: ignore[arg-type]
    with pytest.raises(BusUnavailable):
        await log.publish("t", [Message("thing:1", b"1"), broken])
    assert set((await log.ends(["t"])).values()) == {0}


async def test_refuses_a_topic_with_another_number_of_partitions(log: LogBus, path: str) -> None:
    await log.ensure(["other"])
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO topic (name, partitions) VALUES ('t', 3)")
    db.close()
    with pytest.raises(ValueError, match="3 partitions"):
        await log.ensure(["t"])
    with pytest.raises(ValueError, match="3 partitions"):
        await log.publish("t", [Message("thing:1", b"1")])


async def test_notes_how_far_a_group_is(log: LogBus, path: str) -> None:
    await log.publish("t", [Message("thing:1", b"1")])
    consumer = await log.consumer("g", ["t"], nowhere)
    await consumer.done(await consumer.fetch(10, 1))
    db = sqlite3.connect(path)
    assert db.execute("SELECT * FROM progress").fetchall() == [("g", "t", partition_of("thing:1"), 1)]
    db.close()


async def test_what_it_published_is_on_the_disk_also_after_a_note(log: LogBus) -> None:
    consumer = await log.consumer("g", ["t"], nowhere)
    for _ in range(2):
        assert await log.run(lambda store: store._db.execute("PRAGMA synchronous").fetchone()) == (2,)
        await log.publish("t", [Message("thing:1", b"1")])
        await consumer.done(await consumer.fetch(10, 1))


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = LogBus(str(tmp_path / "file" / "log.sqlite"))
    for _ in range(2):
        with pytest.raises(BusUnavailable):
            await log.identity()
    await log.close()


async def test_a_file_that_is_none_of_ours_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 100)
    log = LogBus(str(tmp_path / "log.sqlite"))
    with pytest.raises(BusUnavailable):
        await log.publish("t", [Message("thing:1", b"1")])
    await log.close()


async def test_closing_ends_a_waiting_fetch(log: LogBus) -> None:
    consumer = await log.consumer("g", ["t"], nowhere)
    fetching = asyncio.create_task(consumer.fetch(10, 30))
    await asyncio.sleep(0.05)
    await log.close()
    async with asyncio.timeout(1):
        with pytest.raises(BusUnavailable):
            await fetching
    await consumer.done([])
    await consumer.close()


async def test_a_member_that_left_gets_nothing(log: LogBus) -> None:
    consumer = await log.consumer("g", ["t"], nowhere)
    await consumer.close()
    await log.publish("t", [Message("thing:1", b"1")])
    assert await consumer.fetch(10, 0.05) == []


async def test_partitions_are_asked_for_again_when_they_were_split_meanwhile(log: LogBus) -> None:
    asked: list[int] = []
    going_on = asyncio.Event()

    async def slowly(partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        asked.append(len(partitions))
        await going_on.wait()
        return {}

    await log.publish("t", [Message(f"thing:{number}", b"x") for number in range(100)])
    consumer = await log.consumer("g", ["t"], slowly)
    fetching = asyncio.create_task(consumer.fetch(100, 5))
    await asyncio.sleep(0.05)
    await log.consumer("g", ["t"], nowhere)
    going_on.set()
    assert {batch.partition.number % 2 for batch in await fetching} == {0}
    assert asked == [12, 6]


def test_makes_its_directory(path: str) -> None:
    LogStore(path).close()
    assert Path(path).exists()
