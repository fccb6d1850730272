"""Plumbline as a user runs it: real processes, embedded or one per service, with what they need around them."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.config import APPLICATIONS, ISSUER_KEY, KEYS, PROOF_KEY, SERVICE_KEY, TRUSTED_KEYS, WEB_KEY
from shared.http import auth
from shared.keys import make_keys

_READY_SECONDS = 60
_STOP_SECONDS = 20


def free_port() -> int:
    """Below the range from which clients get theirs, and of this worker's own, so that nobody takes it in between."""
    first = 21_000 + 1000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in range(first, first + 1000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _taken:
            _taken.add(port)
            return port
    raise RuntimeError("no port is free")


_taken: set[int] = set()


@contextmanager
def process(arguments: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``plumbline`` with these arguments; stopped as an operator would, and killed if it does not obey."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "services", *arguments],
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
        )
        try:
            yield started
        finally:
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def wait_ready(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        if running.poll() is not None:
            break
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"not ready: {url}\n{log.read_text()[-3000:]}")


@contextmanager
def embedded(home: Path, **environment: str) -> Iterator[tuple[str, str]]:
    """``plumbline up`` without the sample, at a port that the system gives: the address and a token."""
    home.mkdir()
    log = home.with_suffix(".log")
    with process(["up", "--home", str(home), "--port", "0", "--no-sample"], environment, log) as running:
        url = _printed(r"http://127\.0\.0\.1:\d+", running, log)
        wait_ready(f"{url}/alignment/readyz", running, log)
        yield url, auth.mint(home / KEYS / ISSUER_KEY, "tester")


@contextmanager
def with_sample(home: Path) -> Iterator[str]:
    """``plumbline up`` as a newcomer runs it: the address that it prints, with a code in it."""
    log = home.with_suffix(".log")
    arguments = ["up", "--home", str(home), "--port", "0"]
    with process(arguments, {"PLUMBLINE_LOG_LEVEL": "WARNING"}, log) as running:
        yield _printed(r"http://\S+/signin\?code=\S+", running, log)


def signing_in(home: Path, subject: str) -> str:
    """The address by which somebody signs in, as ``plumbline sign-in`` prints it."""
    asked = ["sign-in", "--home", str(home), "--subject", subject, "--scope", "*"]
    done = subprocess.run([sys.executable, "-m", "services", *asked], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.split()[-1]


def _printed(pattern: str, running: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and running.poll() is None:
        if found := re.search(pattern + r"(?=[/\s])", log.read_text()):
            return found[0]
        time.sleep(0.05)
    raise RuntimeError(f"it has not printed {pattern}\n{log.read_text()[-3000:]}")


@contextmanager
def deployed(home: Path, databases: str, bus: str) -> Iterator[tuple[str, str]]:
    """The services and the page on PostgreSQL and Kafka behind a gateway: its address and a token."""
    home.mkdir()
    ports = {application: free_port() for application in APPLICATIONS}
    make_keys(home / KEYS)
    with ExitStack() as stack:
        gateway = stack.enter_context(_threaded(_gateway(ports)))
        common = {
            "PLUMBLINE_DATABASE_URL": databases,
            "PLUMBLINE_BUS_URL": bus,
            "PLUMBLINE_TRUSTED_KEYS_FILE": str(home / KEYS / TRUSTED_KEYS),
            "PLUMBLINE_PROOF_KEY_FILE": str(home / KEYS / PROOF_KEY),
            "PLUMBLINE_SERVICE_KEY_FILE": str(home / KEYS / SERVICE_KEY),
            "PLUMBLINE_WEB_KEY_FILE": str(home / KEYS / WEB_KEY),
            "PLUMBLINE_SERVICE_URL": gateway,
        }
        migrated = subprocess.run([sys.executable, "-m", "services", "migrate"], env={**os.environ, **common})
        assert migrated.returncode == 0
        started = {}
        for service, port in ports.items():
            environment = common | {"PLUMBLINE_PORT": str(port)}
            started[service] = stack.enter_context(process(["serve", service], environment, home / f"{service}.log"))
        for service, port in ports.items():
            wait_ready(f"http://127.0.0.1:{port}/{service}/readyz", started[service], home / f"{service}.log")
        yield gateway, auth.mint(home / KEYS / ISSUER_KEY, "tester")


@contextmanager
def _threaded(config: uvicorn.Config) -> Iterator[str]:
    """A server in a thread of its own; gives its address."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _gateway(ports: Mapping[str, int]) -> uvicorn.Config:
    """Sends each request to the service that its path names, as the real gateway does."""

    async def forward(request: Request) -> Response:
        service = request.url.path.split("/", 2)[1]
        port = ports.get(service, ports["web"])
        target = f"http://127.0.0.1:{port}{request.url.path}"
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.request(
                request.method, target, params=request.query_params, content=await request.body(), headers=headers
            )
        kept = {name: value for name, value in answer.headers.items() if name not in ("content-length", "date")}
        return Response(answer.content, answer.status_code, kept)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", forward, methods=methods)])
    return uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
