"""One Kafka broker in KRaft mode, run from its Maven artifacts on a Java runtime."""

import base64
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def kafka() -> Iterator[str]:
    java = [program("java"), *_HEAP, "-cp", f"{jars(f'kafka-{_VERSION}', _POM)}/*"]
    with directory() as home:
        port, settings, log = free_port(), home / "server.properties", home / "log"
        settings.write_text(_PROPERTIES.format(broker=port, controller=free_port(), data=home / "data"))
        _format([*java, "kafka.tools.StorageTool"], settings)
        with running(
            [*java, "kafka.Kafka", str(settings)], log, lambda: b"Kafka Server started" in log.read_bytes(), "KILL"
        ):
            yield f"kafka://127.0.0.1:{port}"


def _format(tool: list[str], settings: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = [*tool, "format", f"--cluster-id={cluster}", f"--config={settings}"]
    try:
        subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except subprocess.CalledProcessError as error:
        raise Missing(f"Kafka {_VERSION} does not run on this Java: {error.output[-300:]}") from error
