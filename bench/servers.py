"""Starts what is measured, each in a process of its own, and reads the processor time that it uses."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from shared import auth

_READY_SECONDS = 60
_TICKS = 100


@dataclass
class Target:
    """``write`` is the path to POST to, ``seen`` the path that answers once the view has what was written."""

    name: str
    url: str
    headers: dict[str, str]
    write: str
    process: subprocess.Popen[bytes]

    def seen(self, answer: httpx.Response) -> str:
        id = answer.json()["id"]
        if self.name == "floor":
            return f"/nodes/{id}"
        return f"/alignment/v1/nodes/tactic/{id}?wait_for={answer.headers['plumbline-event']}"

    def cpu(self) -> float:
        """Seconds of processor time so far (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident(self) -> float:
        """MiB of memory (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def platform(home: Path, port: int) -> Iterator[Target]:
    arguments = ["-m", "services", "up", "--home", str(home), "--port", str(port), "--no-sample"]
    with _running(arguments, f"http://127.0.0.1:{port}/alignment/readyz") as process:
        token = auth.mint(home / "key.json", "bench")
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/alignment/v1/score", headers)
        yield Target("plumbline", url, headers, "/strategy/v1/tactics", process)


@contextmanager
def floor(home: Path, port: int) -> Iterator[Target]:
    home.mkdir()
    with _running(["-m", "bench.floor", str(home), str(port)], f"http://127.0.0.1:{port}/nodes") as process:
        yield Target("floor", f"http://127.0.0.1:{port}", {}, "/entities", process)


@contextmanager
def _running(arguments: list[str], url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    try:
        _wait(url, {})
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, headers: dict[str, str]) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        try:
            if httpx.get(url, headers=headers).status_code < 500:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")
