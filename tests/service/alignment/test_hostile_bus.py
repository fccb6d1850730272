"""Whatever somebody writes into a topic, on either bus: the view goes on, and no worker fails over it."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from shared.bus import Message, open_bus, partition_of
from shared.bus.log_store import _base
from shared.config import Settings
from shared.contracts.events import topic
from shared.telemetry.metrics import REGISTRY
from tests.platform import Platform, running, settings_for
from tests.service.alignment.test_unreadable import HOSTILE

TOPIC = topic("strategy")
KEY = "tactic:123e4567-e89b-12d3-a456-426614174000"


def failures() -> float:
    return sum(REGISTRY.get_sample_value("plumbline_worker_failures_total", {"worker": w}) or 0 for w in WORKERS)


WORKERS = ("follower", "catch up", "rebuild")


async def to_log(settings: Settings) -> int:
    """Into the file itself, past every check; values of types that a log never has are among them."""
    with sqlite3.connect(settings.home / "events.sqlite", timeout=10) as file:
        (stream,) = file.execute("SELECT id FROM topic WHERE name = ?", (TOPIC,)).fetchone()
        base = _base(stream, partition_of(KEY))
        (last,) = file.execute("SELECT coalesce(max(id), ?) FROM entry WHERE id < ?", (base, base + 2**40)).fetchone()
        strange: list[tuple[Any, Any]] = [(5, 7), ("text", "text"), (1.5, -1), (2**62, b""), ("", "{}")]
        records = [(key or b"", value or b"") for key, value in HOSTILE.values()] + strange
        rows = [(max(last, base - 1) + number, *record) for number, record in enumerate(records, 1)]
        file.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
    return len(rows)


async def to_kafka(settings: Settings) -> int:
    """With headers as large as the topic takes them, and compressed, which no owner does."""
    servers = settings.bus.removeprefix("kafka://")
    large = [("content-type", b"x" * 900_000), ("", b""), ("content-type", None), ("ce_id", b"\xff")]
    # a compacted topic takes no record without a key
    records: list[tuple[Any, ...]] = [(key or b"", value, []) for key, value in HOSTILE.values()]
    records.append((KEY.encode(), b"{}", large))
    for how in (None, "gzip"):
        limits = {"max_request_size": 2**21, "max_batch_size": 2**21, "compression_type": how}
        producer = AIOKafkaProducer(bootstrap_servers=servers, **limits)
        await producer.start()
        try:
            for key, value, headers in records:
                batch = producer.create_batch()
                batch.append(key=key, value=value, timestamp=None, headers=headers)
                await (await producer.send_batch(batch, TOPIC, partition=0))
        finally:
            await producer.stop()
    return 2 * len(records)


async def letters(platform: Platform) -> int:
    return int((await platform.client.get_json("/alignment/v1/status"))["dead_letters"])


async def grown(platform: Platform, most: int) -> int:
    async with asyncio.timeout(30):
        while True:
            if (found := await letters(platform)) >= most:
                return found
            await asyncio.sleep(0.05)


async def shows(platform: Platform, name: str) -> bool:
    answer = await platform.http.post("/strategy/v1/tactics", json={"name": name})
    waiting = {"wait_for": answer.headers["plumbline-event"]}
    async with asyncio.timeout(60):
        while True:
            seen = await platform.http.get(f"/alignment/v1/nodes/tactic/{answer.json()['id']}", params=waiting)
            if seen.status_code == 200:
                return bool(seen.json()["name"] == name)


@pytest.mark.parametrize("bus", ["log", pytest.param("kafka", marks=pytest.mark.kafka)])
async def test_the_view_goes_on(bus: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = {} if bus == "log" else {"bus_url": request.getfixturevalue("kafka_url")}
    settings = settings_for(tmp_path, **url)
    async with running(settings) as platform:
        assert await shows(platform, "Before")
        before, failed = await letters(platform), failures()
        sent = await (to_log if bus == "log" else to_kafka)(settings)
        assert await shows(platform, f"After {uuid4()}")
        assert await grown(platform, before + sent) == before + sent
        assert await shows(platform, "In the end")
        assert failures() == failed


@pytest.mark.parametrize("bus", ["log", pytest.param("kafka", marks=pytest.mark.kafka)])
async def test_a_forged_next_version_gives_way_to_the_real_one(
    bus: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """All that it says agrees: it is what the owner would publish for a change that nobody has made."""
    url = {} if bus == "log" else {"bus_url": request.getfixturevalue("kafka_url")}
    settings = settings_for(tmp_path, **url)
    async with running(settings) as platform:
        path = "/strategy/v1/tactics"
        made = (await platform.http.post(path, json={"name": "Real"})).json()
        await platform.caught_up()
        (told,) = (await platform.client.changes("strategy", 0, 10))["items"]
        forged = told | {
            "id": told["id"].replace(":1.1", ":1.2"),
            "type": told["type"].replace("created", "changed"),
            "aggregateversion": 2,
            "position": 2,
            "data": {"state": told["data"]["state"] | {"version": 2, "name": "Forged"}, "changed": ["name"]},
        }
        before, writer = await letters(platform), open_bus(settings.bus)
        await writer.publish(TOPIC, [Message(f"tactic:{made['id']}", orjson.dumps(forged))])
        await grown(platform, before + 1)
        assert await name_of(platform, made["id"]) == "Real"
        at_first = {"If-Match": '"1"'}
        changed = await platform.http.patch(f"{path}/{made['id']}", json={"name": "Changed"}, headers=at_first)
        assert changed.status_code == 200
        await writer.publish(TOPIC, [Message(f"tactic:{made['id']}", orjson.dumps(forged))])
        await grown(platform, before + 2)
        await platform.caught_up()
        assert await name_of(platform, made["id"]) == "Changed"
        await writer.close()


async def name_of(platform: Platform, id: str) -> str:
    return str((await platform.client.get_json(f"/alignment/v1/nodes/tactic/{id}"))["name"])


async def send_crafted(settings: Settings, craft: Callable[[bytearray], None]) -> None:
    """A batch of one record, changed on its way past everything that a client checks."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.bus.removeprefix("kafka://"))
    await producer.start()
    try:
        batch = producer.create_batch()
        batch.append(key=KEY.encode(), value=b"{}", timestamp=None, headers=[("zzzz", b"")])
        whole = bytearray(batch._build())
        craft(whole)
        whole[17:21] = calc_crc32c(bytes(whole[21:])).to_bytes(4)
        batch._buffer = bytes(whole)
        await (await producer.send_batch(batch, TOPIC, partition=0))
    finally:
        await producer.stop()


def header_of_no_text(whole: bytearray) -> None:
    at = whole.index(b"zzzz")
    whole[at : at + 4] = b"\xff\xfe\xff\xfe"


@pytest.mark.kafka
async def test_a_batch_that_no_client_can_take_apart_is_passed_over(tmp_path: Path, kafka_url: str) -> None:
    settings = settings_for(tmp_path, bus_url=kafka_url)
    async with running(settings) as platform:
        assert await shows(platform, "Before")
        before, failed = await letters(platform), failures()
        for _ in range(2):
            await send_crafted(settings, header_of_no_text)
            assert await shows(platform, "After")
            await grown(platform, before + 1)
            before = await letters(platform)
        assert failures() == failed
