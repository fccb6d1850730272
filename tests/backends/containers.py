"""Kafka and PostgreSQL as containers, by testcontainers."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.backends.server import Missing, free_port

_KAFKA = "apache/kafka:4.3.1"
_POSTGRES = "postgres:17-alpine"
_ANSWER_SECONDS = 60.0


@contextmanager
def kafka() -> Iterator[str]:
    _look_for(_KAFKA)
    port = free_port()  # known beforehand, since the broker tells its clients where to find it
    broker = DockerContainer(_KAFKA).with_bind_ports(9092, port).with_envs(**_kafka_settings(port))
    with broker.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(60)):
        yield f"kafka://127.0.0.1:{port}"


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    _look_for(_POSTGRES)
    port = free_port()
    settings = {"POSTGRES_USER": "plumbline", "POSTGRES_PASSWORD": "plumbline", "POSTGRES_DB": "postgres"}
    server = DockerContainer(_POSTGRES).with_bind_ports(5432, port).with_envs(**settings)
    ready = LogMessageWaitStrategy("database system is ready to accept connections", times=2)  # first the set-up's own
    command = "-c max_connections=200" + (" -c wal_level=logical" if durable else " -c fsync=off")
    with server.with_command(command).waiting_for(ready.with_startup_timeout(60)):
        yield f"postgresql+asyncpg://plumbline:plumbline@127.0.0.1:{port}/{{database}}"


def _look_for(image: str) -> None:
    """Pull nothing unasked: only PLUMBLINE_TEST_BACKENDS=container says that images may be fetched."""
    docker = shutil.which("docker")
    if docker is None or fails(docker, "version"):
        raise Missing("no Docker engine answers")
    wanted = [image] if testcontainers_config.ryuk_disabled else [image, testcontainers_config.ryuk_image]
    for name in wanted if os.environ.get("PLUMBLINE_TEST_BACKENDS") != "container" else ():
        if fails(docker, "image", "inspect", name):
            raise Missing(f"Docker has no image {name}")


def fails(*command: str) -> bool:
    """Whether a command says no, or nothing in time, as where the engine is on a machine that does not answer."""
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return bool(done.returncode)
