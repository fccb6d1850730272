"""The embedded platform, one process on SQLite, beside a floor of one process on SQLite."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import load, projection
from bench.client import Answer, Client
from bench.load import Target
from bench.process import Process, running
from bench.table import Round
from shared.config import ISSUER_KEY, KEYS
from shared.http import auth
from tests.backends.server import free_port

Figures = dict[str, float]


def measure(seconds: float, rate: int) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with _platform(home) as (process, headers, port):
            ours = asyncio.run(_served(process, _target(port, headers), seconds, rate))
        with _floor(home) as (process, port):
            floor = asyncio.run(_served(process, _floor_target(port), seconds, rate))
        projected = asyncio.run(projection.measure(home, 4100, 500))
    return {name: (ours[name], floor[name]) for name in ours} | {"projected events/s (bare inserts)": projected}


@contextmanager
def _platform(home: Path) -> Iterator[tuple[Process, dict[str, str], int]]:
    data, port = home / "platform", free_port()
    arguments = ["-m", "services", "up", "--home", str(data), "--port", str(port), "--no-sample"]
    with running(arguments, port, "/alignment/readyz", home / "platform.log") as process:
        yield process, {"Authorization": f"Bearer {auth.mint(data / KEYS / ISSUER_KEY, 'bench')}"}, port


@contextmanager
def _floor(home: Path) -> Iterator[tuple[Process, int]]:
    data, port = home / "floor", free_port()
    data.mkdir()
    arguments = ["-m", "bench.floors.embedded", str(data), str(port)]
    with running(arguments, port, "/nodes", home / "floor.log") as process:
        yield process, port


def _target(port: int, headers: dict[str, str]) -> Target:
    def seen(answer: Answer) -> str:
        return f"/alignment/v1/nodes/tactic/{answer.id}?wait_for={answer.headers['plumbline-event']}"

    return Target(Client(port, headers), "/strategy/v1/tactics", Client(port, headers), seen)


def _floor_target(port: int) -> Target:
    return Target(Client(port), "/entities", Client(port), lambda answer: f"/nodes/{answer.id}")


async def _served(process: Process, target: Target, seconds: float, rate: int) -> Figures:
    samples = await load.open_loop(target, rate, seconds)
    took = load.percentiles([(sample.seen - sample.written) * 1000 for sample in samples])
    figures = {f"commit to view {name} ms at {rate}/s": value for name, value in took.items()}
    before = process.cpu()
    count = await load.closed_loop(target, seconds)
    await load.open_loop(target, 1, 0)  # until the view has caught up, so that its work is counted
    figures |= {"writes/s": count / seconds, "CPU ms/write": (process.cpu() - before) / count * 1000}
    target.close()
    return figures | {"resident MiB": process.resident()}
