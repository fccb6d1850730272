"""A broker that demands TLS, a password and a right for everything: who has them gets through, and nobody else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiokafka import AIOKafkaConsumer

from services import assembly
from services.alignment.follow.follower import GROUP
from services.rights import READER
from shared.bus import Access, Bus, BusUnavailable, Message, Partition, open_bus
from shared.bus.access import access
from shared.bus.kafka import KafkaBus
from shared.config import SERVICES, Misconfigured, Settings
from shared.contracts import OWNERS
from shared.contracts.events import topic
from tests import backends
from tests.backends.local_kafka import Secure, secure_kafka
from tests.backends.server import Missing

TOPICS = [topic(owner) for owner in OWNERS]
MESSAGE = Message("tactic:1", b"{}")


@pytest.fixture(scope="module")
def broker() -> Iterator[Secure]:
    """With the topics and rights that the job of a deployment makes."""
    try:
        with secure_kafka([*SERVICES, READER, "stranger"]) as secure:
            asyncio.run(assembly.make_topics(settings(secure), acls=True))
            yield secure
    except Missing as reason:
        backends.skip("kafka", reason)


def settings(broker: Secure, **more: str) -> Settings:
    given = {
        "bus_url": broker.url,
        "kafka_security_protocol": "SASL_SSL",
        "kafka_ca_file": broker.ca_file,
        "kafka_username": "{service}",
        "kafka_password_file": f"{broker.folder}/{{service}}",
    }
    return Settings.model_validate(given | more)


@asynccontextmanager
async def bus_of(broker: Secure, user: str, **more: str) -> AsyncIterator[Bus]:
    configured = settings(broker, **more)
    bus = open_bus(configured.bus, access(configured, user))
    try:
        yield bus
    finally:
        await bus.close()
        await hung_up()


async def hung_up() -> None:
    """aiokafka does not wait until a connection that was refused is closed, which TLS takes a while for: the loop would
    end before, and a later test be told of a socket that nobody closed."""
    selector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined]  # nothing public says what is open
    for _ in range(1000):
        if len(selector.get_map()) == 1:  # by which it wakes itself
            break
        await asyncio.sleep(0.005)


async def read(bus: Bus, group: str, number: int) -> list[bytes]:
    async def nowhere(_: Sequence[Partition]) -> Mapping[Partition, int]:
        return {}

    consumer = await bus.consumer(group, TOPICS, nowhere)
    found: list[bytes] = []
    try:
        async with asyncio.timeout(30):
            while len(found) < number:
                batches = await consumer.fetch(100, 1)
                found += [entry.value or b"" for batch in batches for entry in batch.entries]
                await consumer.done(batches)
    finally:
        await consumer.close()
    return found


async def test_each_owner_writes_its_topic_and_alignment_reads_them_all(broker: Secure) -> None:
    for owner in OWNERS:
        async with bus_of(broker, owner) as bus:
            await bus.publish(topic(owner), [Message(f"thing:{n}", owner.encode()) for n in range(3)])
    async with bus_of(broker, "alignment") as bus:
        await bus.ensure(TOPICS)
        assert await bus.identity()
        assert sum((await bus.ends(TOPICS)).values()) == 9
        assert sorted(await read(bus, GROUP, 9)) == sorted(owner.encode() for owner in OWNERS for _ in range(3))


@pytest.mark.parametrize(
    ("user", "service"),
    [(user, owner) for user in (*SERVICES, READER, "stranger") for owner in SERVICES if user != owner],
)
async def test_nobody_writes_the_topic_of_another(broker: Secure, user: str, service: str) -> None:
    async with bus_of(broker, "topics") as bus:
        before = await bus.ends([topic(service)])
    async with bus_of(broker, user) as bus:
        # it knows the topic, so that it is the broker that has to say no
        bus._known.add(topic(service))  # type: ignore[attr-defined]
        with pytest.raises(BusUnavailable, match="Authorization"):
            await bus.publish(topic(service), [MESSAGE])
    async with bus_of(broker, "topics") as bus:
        assert await bus.ends([topic(service)]) == before


async def test_who_has_no_right_to_read_reads_nothing(broker: Secure) -> None:
    bus = KafkaBus(broker.url.removeprefix("kafka://"), 3, access(settings(broker), "strategy"))
    bus._known.update(TOPICS)
    with pytest.raises(BusUnavailable):
        await read(bus, GROUP, 1)
    await bus.close()


async def test_others_read_in_groups_of_their_own(broker: Secure) -> None:
    async with bus_of(broker, "strategy") as bus:
        await bus.publish(topic("strategy"), [MESSAGE])
    options = {
        "bootstrap_servers": broker.url.removeprefix("kafka://"),
        "auto_offset_reset": "earliest",
        "security_protocol": "SASL_SSL",
        "ssl_context": ssl.create_default_context(cafile=broker.ca_file),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": READER,
        "sasl_plain_password": (broker.folder / READER).read_text().strip(),
    }
    consumer = AIOKafkaConsumer(topic("strategy"), group_id="reader-of-a-test", **options)
    await consumer.start()
    try:
        assert (await asyncio.wait_for(consumer.getone(), 30)).topic == topic("strategy")
    finally:
        await consumer.stop()


async def refused(broker: Secure, **more: str) -> str:
    async with bus_of(broker, "strategy", **more) as bus:
        with pytest.raises(BusUnavailable) as publishing:
            await bus.publish(topic("strategy"), [MESSAGE])
        with pytest.raises(BusUnavailable) as asking:
            await bus.identity()
        with pytest.raises(BusUnavailable) as reading:
            await read(bus, GROUP, 1)
    assert str(publishing.value) == str(asking.value) == str(reading.value)
    return str(publishing.value)


async def test_a_wrong_password_is_refused_by_name_and_told_to_nobody(broker: Secure, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("guessed-and-wrong")
    told = await refused(broker, kafka_password_file=str(tmp_path / "password"))
    assert "does not let in the user 'strategy'" in told
    assert "guessed-and-wrong" not in told


async def test_a_certificate_of_an_unknown_authority_is_refused(broker: Secure, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "another-ca.pem"))
    for more in ({"kafka_ca_file": str(tmp_path / "another-ca.pem")}, {"kafka_ca_file": None}):
        told = await refused(broker, **more)
        assert "is not trusted (PLUMBLINE_KAFKA_CA_FILE)" in told


async def test_a_certificate_of_another_host_is_refused(broker: Secure) -> None:
    elsewhere = broker._replace(url=broker.url.replace("127.0.0.1", "localhost"))
    assert "is not trusted" in await refused(elsewhere)


async def test_without_tls_or_a_password_nobody_gets_in(broker: Secure) -> None:
    for protocol in ("PLAINTEXT", "SSL"):
        bus = open_bus(broker.url, Access(protocol, broker.ca_file))
        with pytest.raises(BusUnavailable):
            await bus.identity()
        await bus.close()
    await hung_up()


async def test_a_password_is_read_anew_when_it_has_been_changed(broker: Secure, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("guessed-and-wrong")
    async with bus_of(broker, "strategy", kafka_password_file=str(file)) as bus:
        with pytest.raises(BusUnavailable):
            await bus.publish(topic("strategy"), [MESSAGE])
        file.write_text((broker.folder / "strategy").read_text())
        await bus.publish(topic("strategy"), [MESSAGE])


async def test_the_log_has_no_password(broker: Secure, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level("DEBUG")
    (tmp_path / "password").write_text("guessed-and-wrong")
    await refused(broker, kafka_password_file=str(tmp_path / "password"))
    async with bus_of(broker, "strategy") as bus:
        await bus.publish(topic("strategy"), [MESSAGE])
    assert "guessed-and-wrong" not in caplog.text
    assert (broker.folder / "strategy").read_text().strip() not in caplog.text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"kafka_security_protocol": "SASL_SSL"}, "PLUMBLINE_KAFKA_USERNAME"),
        ({"kafka_security_protocol": "SASL_SSL", "kafka_username": "x"}, "PLUMBLINE_KAFKA_PASSWORD_FILE"),
        ({"kafka_username": "x", "kafka_password_file": "x"}, "PLUMBLINE_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_security_protocol": "SSL", "kafka_ca_file": "/no/such/file"}, "PLUMBLINE_KAFKA_CA_FILE"),
        (
            {"kafka_security_protocol": "SASL_SSL", "kafka_username": "x", "kafka_password_file": "/no/such/file"},
            "PLUMBLINE_KAFKA_PASSWORD_FILE",
        ),
        (
            {"kafka_security_protocol": "SASL_SSL", "kafka_username": "x", "kafka_password_file": "/dev/null"},
            "PLUMBLINE_KAFKA_PASSWORD_FILE",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(given: dict[str, str], named: str) -> None:
    with pytest.raises(Misconfigured, match=named):
        access(Settings.model_validate(given), "strategy")
