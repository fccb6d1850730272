"""Servers as child processes: on a free port, waited for, and never left behind."""

import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
# The server ends when our end of the guard's standard input closes, so also when the tests are killed.
_GUARD = """
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ read -r _; kill -s "$SIGNAL" $server; } <&3 & guard=$!
wait $server; code=$?
kill $guard; exit $code
"""


class Missing(Exception):
    """What it takes to run a server is not there; says what and why."""


class Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def ordinary_user() -> Identity:
    """For servers that refuse to be root: this user, or an unprivileged one when this is root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise Missing("this is root, and there is no ordinary user to run a server as")


@contextmanager
def directory(owner: Identity | None = None) -> Iterator[Path]:
    """A directory that is gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="plumbline-test-"))
    try:
        if owner:
            os.chown(path, owner["user"], owner["group"])
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port() -> int:
    """Below the range from which clients draw theirs, so that none of them sits on it when a server restarts."""
    for port in random.sample(range(19000, 29000), 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Missing("no free port")


@contextmanager
def running(
    command: Sequence[str], log: Path, ready: Callable[[], bool], stop_signal: str, user: Identity | None = None
) -> Iterator[None]:
    """Run a server while the block runs, from the moment it is ready."""
    with log.open("wb") as output:
        guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SIGNAL": stop_signal},
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the tests, which then stop their servers
            **(user or {}),
        )
    try:
        _wait(guard, ready, log)
        yield
    finally:
        _stop(guard)


def _wait(guard: "subprocess.Popen[bytes]", ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while not ready():
        if guard.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{guard.args!r} did not start:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.05)


def _stop(guard: "subprocess.Popen[bytes]") -> None:
    assert guard.stdin is not None
    guard.stdin.close()
    try:
        guard.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(guard.pid, 9)
        guard.wait()
