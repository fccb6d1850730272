"""Plumbline in containers, driven by Docker Compose as an operator would."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import backends
from tests.backends.containers import fails
from tests.system.processes import free_port

ROOT = Path(__file__).parents[2]
PROJECT = "plumbline-test"
LOGS = ROOT / ".cache" / "containers.log"
"""What the containers of the last run said."""
_IMAGES = ("python:3.13-slim", "postgres:17-alpine", "apache/kafka:4.3.1", "nginx:stable-alpine")
_FETCH = """
import sys, urllib.request
ask = urllib.request.Request("http://127.0.0.1:8000" + sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]})
print(urllib.request.urlopen(ask, timeout=10).read().decode())
"""

_ATTEMPTS = 3


class Stack:
    """One project of containers, with ports of its own."""

    def __init__(self) -> None:
        self._token = ""
        self._choose_ports()

    def _choose_ports(self) -> None:
        self.ports = {name: free_port() for name in ("PORT", "POSTGRES_PORT", "KAFKA_PORT")}
        self.url = f"http://127.0.0.1:{self.ports['PORT']}"
        self.environment = os.environ | {f"PLUMBLINE_{name}": str(port) for name, port in self.ports.items()}

    def begin(self) -> None:
        """Start everything, on other ports if somebody else has taken one since it was chosen."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self.up()
            except AssertionError as error:
                if "address already in use" not in str(error):
                    raise
            self.compose("down", "--volumes", "--remove-orphans")
            self._choose_ports()
        return self.up()

    def compose(self, *words: str) -> str:
        return run("docker", "compose", "--project-name", PROJECT, *words, environment=self.environment)

    def up(self, **replicas: int) -> None:
        """Start what does not run, with so many of each service, and wait until all is healthy."""
        scale = [word for name, count in replicas.items() for word in ("--scale", f"{name}={count}")]
        self.compose("up", "--detach", "--wait", "--wait-timeout", "180", *scale)

    def token(self) -> str:
        """Of the issuer's job, which alone has the key; one a day is enough."""
        if not self._token:
            self._token = self.compose("run", "--rm", "-T", "issuer", "token").strip()
        return self._token

    @property
    def broker(self) -> dict[str, str]:
        """How aiokafka's clients read events from this machine."""
        return {
            "bootstrap_servers": f"127.0.0.1:{self.ports['KAFKA_PORT']}",
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": "reader",
            "sasl_plain_password": self.compose("exec", "-T", "kafka", "cat", "/run/secrets/kafka/reader").strip(),
        }

    def replicas(self, service: str) -> list[str]:
        """The containers of a service, those that were stopped included."""
        return self.compose("ps", "--all", "--quiet", service).split()

    def fetch(self, container: str, path: str, token: str | None = None) -> str:
        """What one replica answers, asked from inside its container, past the gateway."""
        return run("docker", "exec", container, "python", "-c", _FETCH, path, token or self.token())

    def started_at(self, container: str) -> str:
        return run("docker", "inspect", "--format", "{{.State.StartedAt}}", container).strip()

    def leads(self, service: str, container: str) -> bool:
        return f'plumbline_leader{{service="{service}"}} 1.0' in self.fetch(container, f"/{service}/metrics")

    def leaders(self, service: str) -> list[str]:
        return [container for container in self.replicas(service) if self.leads(service, container)]

    def is_healthy(self, container: str) -> bool:
        return run("docker", "inspect", "--format", "{{.State.Health.Status}}", container).strip() == "healthy"


def run(*words: str, environment: "os._Environ[str] | dict[str, str] | None" = None) -> str:
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}\n{done.stderr[-4000:]}"
    return done.stdout


def docker(*words: str) -> str:
    return run("docker", *words)


def eventually(what: Callable[[], bool], seconds: float, pause: float = 0.2) -> float:
    """Wait until something holds; returns how long it took, and fails when it takes too long."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"not within {seconds:g} s: {what}"
        time.sleep(pause)
    return time.monotonic() - began


@contextmanager
def stack() -> Iterator[Stack]:
    """The whole project from an empty start; gone with its data afterwards. Skips where there is no Docker."""
    if reason := _missing():
        backends.skip("compose", reason)
    started = Stack()
    started.compose("down", "--volumes", "--remove-orphans")
    try:
        started.compose("build")
        started.begin()
        yield started
    finally:
        LOGS.parent.mkdir(exist_ok=True)
        LOGS.write_text(started.compose("logs", "--no-color", "--timestamps"))
        started.compose("down", "--volumes", "--remove-orphans")


def _missing() -> str | None:
    """Pull nothing unasked: only PLUMBLINE_TEST_BACKENDS=container says that images may be fetched."""
    if shutil.which("docker") is None or fails("docker", "info"):
        return "no Docker engine answers"
    if fails("docker", "compose", "version"):
        return "Docker has no compose"
    pulling = os.environ.get("PLUMBLINE_TEST_BACKENDS") == "container"
    absent = [image for image in _IMAGES if not pulling and fails("docker", "image", "inspect", image)]
    return f"Docker has no image {', '.join(absent)}" if absent else None


def members(told: Stack) -> dict[str, int]:
    """How many partitions each member of alignment's group reads, by its address."""
    admin = ("--bootstrap-server", "localhost:9092", "--command-config", "/tmp/plumbline/client.properties")
    words = (*admin, "--describe", "--group", "plumbline-alignment")
    table = told.compose("exec", "-T", "kafka", "/opt/kafka/bin/kafka-consumer-groups.sh", *words)
    lines = [line.split() for line in table.splitlines() if "plumbline." in line]
    consumers = [fields[6] for fields in lines if fields[6] != "-"]
    return {consumer: consumers.count(consumer) for consumer in set(consumers)}
