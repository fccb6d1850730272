"""A Kafka Connect worker with Debezium's connector, which captures an outbox from the log of its database."""

import json
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from bench.process import Process
from tests.backends import fetched
from tests.backends.server import free_port

_POM = Path(__file__).parent / "pom.xml"
_NAME = "outbox"
_JVM = ("-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
_RUNNING_SECONDS = 60
_TEXT = "org.apache.kafka.connect.storage.StringConverter"


def jars() -> Path:
    """Raises Missing."""
    return fetched.jars("debezium-3.3.1", _POM)


class Connector(Process):
    """Carries what the floor's writer puts into its outbox to a topic.

    ``poll`` is how often it looks for changes that were captured, in ms; None leaves it as Debezium has it.
    """

    def __init__(self, home: Path, database: str, kafka: str, topic: str, poll: int | None) -> None:
        home.mkdir()
        worker, connector, port = home / "worker.properties", home / "connector.properties", free_port()
        _write(worker, _worker(home, kafka, port))
        _write(connector, _connector(database, topic) | ({} if poll is None else {"poll.interval.ms": str(poll)}))
        main = [*_JVM, "-cp", f"{jars()}/*", "org.apache.kafka.connect.cli.ConnectStandalone"]
        super().__init__([*main, str(worker), str(connector)], port, "/", home / "log", program=fetched.program("java"))

    def wait_running(self) -> None:
        """The worker answers before its connector captures anything."""
        self.wait_ready()
        end = time.monotonic() + _RUNNING_SECONDS
        while (tasks := self._tasks()) != ["RUNNING"]:
            if "FAILED" in tasks or time.monotonic() > end:
                raise RuntimeError(f"the connector does not run: {tasks}\n{self.told()}")
            time.sleep(0.1)
        self.started_in = time.perf_counter() - self.began

    def _tasks(self) -> list[str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/connectors/{_NAME}/status", timeout=5) as answer:
                return [task["state"] for task in json.load(answer)["tasks"]]
        except OSError:
            return []


def _write(path: Path, properties: dict[str, str]) -> None:
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))


def _worker(home: Path, kafka: str, port: int) -> dict[str, str]:
    """Messages wait for no others, as those of the platform's relay do not."""
    return {
        "bootstrap.servers": kafka,
        "listeners": f"http://127.0.0.1:{port}",
        "key.converter": _TEXT,
        "value.converter": _TEXT,
        "offset.storage.file.filename": str(home / "offsets"),
        "producer.linger.ms": "0",
    }


def _connector(database: str, topic: str) -> dict[str, str]:
    """The event router reads the outbox of the floor: its columns have other names, and all goes to one topic."""
    url = urlsplit(database)
    return {
        "name": _NAME,
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "tasks.max": "1",
        "plugin.name": "pgoutput",
        "database.hostname": str(url.hostname),
        "database.port": str(url.port),
        "database.user": str(url.username),
        "database.password": str(url.password),
        "database.dbname": url.path.removeprefix("/"),
        "topic.prefix": "bench",
        "slot.name": "bench_outbox",
        "slot.drop.on.stop": "true",
        "publication.name": "bench_outbox",
        "publication.autocreate.mode": "filtered",
        "table.include.list": "public.outbox",
        "snapshot.mode": "no_data",
        "tombstones.on.delete": "false",
        "transforms": "outbox",
        "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
        "transforms.outbox.table.field.event.id": "seq",
        "transforms.outbox.table.field.event.key": "key",
        "transforms.outbox.table.field.event.payload": "payload",
        "transforms.outbox.route.by.field": "key",
        "transforms.outbox.route.topic.replacement": topic,
    }
