"""The SDKs of CloudEvents read what we publish as it lies in a topic, without being told how it is written."""

import json
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.formats.json import JSONFormat

from shared.bus import Bus, Message, open_bus
from shared.contracts.events import Fact
from tests import backends
from tests.backends.fetched import jars, program
from tests.backends.server import Missing

POM = Path(__file__).parents[1] / "kafka" / "cloudevents" / "pom.xml"
ID = "123e4567-e89b-12d3-a456-426614174000"
STATE = {"id": ID, "kind": "tactic", "version": 3, "name": "Größe \N{GREEK SMALL LETTER ALPHA} \N{GRINNING FACE}"}
FACT = Fact(
    "strategy", 7, 1, "tactic", ID, 3, datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC), "changed", "anna", "c-1", None,
    json.dumps({"state": STATE, "changed": ["name"]}, ensure_ascii=False),
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)  # fmt: skip
WANTED = {
    "id": f"tactic:{ID}:1.3",
    "source": "/strategy",
    "type": "plumbline.strategy.tactic.changed",
    "subject": f"tactic/{ID}",
    "datacontenttype": "application/json",
    "dataschema": "urn:plumbline:schema:plumbline.strategy.tactic.changed:1",
    "aggregateversion": 3,
    "epoch": 1,
    "position": 7,
    "correlationid": "c-1",
    "actor": "anna",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}


@pytest.fixture
async def topic(kafka_url: str) -> AsyncIterator[str]:
    """With one event in it."""
    bus: Bus = open_bus(kafka_url)
    name = f"test.{uuid4().hex}"
    await bus.publish(name, [Message(FACT.key, FACT.envelope())])
    yield name
    await bus.close()


async def record(kafka_url: str, topic: str) -> ConsumerRecord:
    servers = kafka_url.removeprefix("kafka://")
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return await consumer.getone()
    finally:
        await consumer.stop()


async def test_a_record_says_what_it_is(kafka_url: str, topic: str) -> None:
    found = await record(kafka_url, topic)
    assert found.headers == (("content-type", b"application/cloudevents+json; charset=utf-8"),)
    assert found.key == f"tactic:{ID}".encode()


async def test_the_sdk_for_python_reads_it(kafka_url: str, topic: str) -> None:
    found = await record(kafka_url, topic)
    event = from_kafka(KafkaMessage(dict(found.headers), found.key, found.value), JSONFormat())
    attributes: dict[str, Any] = dict(event.get_attributes())
    assert attributes.pop("time") == FACT.recorded_at
    assert attributes == {**WANTED, "specversion": "1.0", "partitionkey": FACT.key}
    assert event.get_data() == {"state": STATE, "changed": ["name"]}


def test_the_sdk_for_java_reads_it(kafka_url: str, topic: str) -> None:
    """As the console consumer of Kafka prints what the SDK's deserializer has made of it."""
    try:
        libraries, java = jars("cloudevents-4.0.1", POM), program("java")
    except Missing as reason:
        backends.skip("kafka", reason)
    command = [
        java, "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp", f"{libraries}/*",
        "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", kafka_url.removeprefix("kafka://"),
        "--topic", topic, "--from-beginning", "--max-messages", "1", "--timeout-ms", "30000",
        "--formatter-property", "value.deserializer=io.cloudevents.kafka.CloudEventDeserializer",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=60)
    printed = done.stdout.decode()
    assert printed.startswith("CloudEvent{"), done.stderr.decode()[-2000:]
    for name in ("id", "type", "datacontenttype", "subject"):
        assert f"{name}='{WANTED[name]}'" in printed
    for name in ("source", "dataschema"):
        assert f"{name}={WANTED[name]}," in printed
    for name in ("aggregateversion", "epoch", "position", "correlationid", "actor", "traceparent"):
        assert f"{name}={WANTED[name]}" in printed
    assert "time=2026-01-02T03:04:05.000060Z" in printed
    assert json.dumps(STATE, ensure_ascii=False, separators=(",", ":")) in printed
