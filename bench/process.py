"""Processes that are measured: timed until they answer, and watched from outside (Linux)."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

_READY_SECONDS = 60
_LOOK_SECONDS = 0.005
_STOP_SECONDS = 20
_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A program, or Python, with some arguments. ``started_in`` is how many seconds went by until it answered."""

    def __init__(
        self,
        arguments: list[str],
        port: int,
        path: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
        program: str = sys.executable,
        folder: Path | None = None,
    ) -> None:
        self.port, self._path, self._log = port, path, log
        self.started_in = 0.0
        self.began = time.perf_counter()
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [program, *arguments],
                env={**os.environ, **(environment or {})},
                cwd=folder,
                stdout=output,
                stderr=output,
            )

    def wait_ready(self) -> Self:
        end = time.monotonic() + _READY_SECONDS
        while not _answers(self.port, self._path):
            if self._popen.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self._popen.args!r} does not answer:\n{self.told()}")
            time.sleep(_LOOK_SECONDS)
        self.started_in = time.perf_counter() - self.began
        return self

    def told(self) -> str:
        """The end of its log."""
        return self._log.read_text()[-3000:]

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self._popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident(self) -> float:
        """MiB of memory."""
        status = Path(f"/proc/{self._popen.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> None:
        self._popen.terminate()
        try:
            self._popen.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def running(arguments: list[str], port: int, path: str, log: Path) -> Iterator[Process]:
    """From the moment it answers at a path."""
    process = Process(arguments, port, path, log)
    try:
        yield process.wait_ready()
    finally:
        process.stop()


class Processes:
    """Named processes that can be started and stopped one by one; in the end all are stopped."""

    def __init__(self) -> None:
        self._running: dict[str, Process] = {}

    def add(self, name: str, process: Process) -> Process:
        self._running[name] = process
        return process

    def __getitem__(self, name: str) -> Process:
        return self._running[name]

    def stop(self, name: str) -> None:
        self._running.pop(name).stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in [*self._running]:
            self.stop(name)
