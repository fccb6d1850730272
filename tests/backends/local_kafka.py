"""One Kafka broker in KRaft mode, run from its Maven artifacts on a Java runtime."""

import base64
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import trustme
from cryptography.hazmat.primitives import serialization

from tests.backends.fetched import jars, program
from tests.backends.server import Missing, directory, free_port, running

_POM = Path(__file__).parent.parent / "kafka" / "pom.xml"
_VERSION = "4.3.1"
_HEAP = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=info")
_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4194304
"""


# Nobody is let in without TLS and a password, and nobody but the administrator may do anything that is not granted. The
# controller, which is this process, is by itself on its listener.
_SECURE = """
listeners=CLIENTS://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENTS://127.0.0.1:{broker}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENTS:SASL_SSL
inter.broker.listener.name=CLIENTS
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=\
  org.apache.kafka.common.security.scram.ScramLoginModule required username="topics" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={home}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={home}/ca.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:topics;User:ANONYMOUS
"""


class Secure(NamedTuple):
    """A broker that demands TLS, a password by SCRAM and a right for everything; a file in ``folder`` for each user has
    the password."""

    url: str
    ca_file: Path
    folder: Path


@contextmanager
def kafka() -> Iterator[str]:
    with directory() as home, _broker(home, _PROPERTIES, {}) as url:
        yield url


@contextmanager
def secure_kafka(users: Sequence[str]) -> Iterator[Secure]:
    """With these users and ``topics``, who may do everything."""
    passwords = {name: uuid.uuid4().hex for name in [*users, "topics"]}
    with directory() as home:
        for name, password in passwords.items():
            (home / name).write_text(f"{password}\n")
        _certify(home)
        filled = _SECURE.replace("{home}", str(home)).replace("{password}", passwords["topics"])
        with _broker(home, f"{_PROPERTIES}{filled}", passwords) as url:
            yield Secure(url, home / "ca.pem", home)


def _certify(home: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    # Kafka reads keys in this form alone
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    (home / "broker.pem").write_bytes(key.private_bytes(*form) + chain)
    authority.cert_pem.write_to_path(str(home / "ca.pem"))


@contextmanager
def _broker(home: Path, properties: str, passwords: Mapping[str, str]) -> Iterator[str]:
    java = [program("java"), *_HEAP, "-cp", f"{jars(f'kafka-{_VERSION}', _POM)}/*"]
    port, settings, log = free_port(), home / "server.properties", home / "log"
    settings.write_text(properties.format(broker=port, controller=free_port(), data=home / "data"))
    _format([*java, "kafka.tools.StorageTool"], settings, passwords)
    with running(
        [*java, "kafka.Kafka", str(settings)], log, lambda: b"Kafka Server started" in log.read_bytes(), "KILL"
    ):
        yield f"kafka://127.0.0.1:{port}"


def _format(tool: list[str], settings: Path, passwords: Mapping[str, str]) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = [*tool, "format", f"--cluster-id={cluster}", f"--config={settings}"]
    for name, password in passwords.items():
        command += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
    try:
        subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except subprocess.CalledProcessError as error:
        raise Missing(f"Kafka {_VERSION} does not run on this Java: {error.output[-300:]}") from error
