"""The commands that run servers: ``up`` and ``serve``."""

import asyncio
import fcntl
import gc
import json
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
import uvicorn
import uvloop

from services.cli import private
from services.cli.endpoint import LOCK_FILE, SERVER_FILE
from services.cli.prepare import configured
from services.cli.protocol import Protocol
from shared.config import SERVICES, Settings

_GRACE_SECONDS = 3
_LOCK_ATTEMPTS = 4
_OTHER_FILES = 256


def up(
    home: Annotated[Path, typer.Option(help="Folder of databases, event log and key.")] = Path("data"),
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.")] = 8000,
    sample: Annotated[bool, typer.Option(help="Load the sample organisation on first start.")] = True,
    once: Annotated[bool, typer.Option("--once", help="Start, load, catch up, report, and stop.")] = False,
) -> None:
    """Run the whole platform in one process."""
    from services.cli import embedded
    from shared.telemetry import configure_logging
    from shared.telemetry.tracing import exporting

    with configured():
        settings = Settings(home=home, port=port, host="127.0.0.1", embedded=True)
    configure_logging(settings.log_level if "log_level" in settings.model_fields_set else "WARNING")
    private.make_home(home)
    with _only_one(home), exporting():
        private.make_keys_of(home)
        uvloop.run(embedded.run(settings, with_sample=sample, once=once))


class Server(uvicorn.Server):
    """Ends on a signal as on any other request to stop: with an exit code of 0. A second signal does not wait."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopped = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What is there once everything runs stays: to look through it for garbage again and again would hold up
        everybody for a sixth of a second each time."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        gc.unfreeze()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  its signature
        self.force_exit = self.should_exit
        self.should_exit = True
        self.stopped.set()


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """A second process on the same home would take the lease of the first: refuse it, with exit code 2."""
    with (home / LOCK_FILE).open("w") as file:
        for attempt in range(_LOCK_ATTEMPTS):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if attempt + 1 == _LOCK_ATTEMPTS:
                    typer.echo(f"Another process already runs on {home}.", err=True)
                    raise typer.Exit(2) from None
                time.sleep(0.05)  # a command that looks whether it runs has the lock for a moment
        yield


def serve(service: Annotated[str, typer.Argument(help="strategy, catalog, roles or alignment")]) -> None:
    """Run one service, configured by the environment."""
    if service not in SERVICES:
        typer.echo(f"There is no service {service}; there are {', '.join(SERVICES)}.", err=True)
        raise typer.Exit(2)
    with configured() as settings:
        private.keep_private()
        private.demand_keys(service, settings)
        serve_service(service, settings)


def serve_service(service: str, settings: Settings) -> None:
    """Run one service until it is told to stop."""
    from services import assembly
    from shared.telemetry import configure_logging
    from shared.telemetry.tracing import exporting

    configure_logging(settings.log_level)
    with exporting(), listening(settings) as port:
        server = Server(server_config(assembly.alone(service, settings), settings))
        uvloop.run(server.serve([port]))


def server_config(app: Any, settings: Settings) -> uvicorn.Config:
    """One way to serve, for every process."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=Protocol,
        ws="none",
        limit_concurrency=settings.max_connections,
        log_level="warning",
        access_log=False,
        server_header=False,
        # an open stream would otherwise hold up the shutdown for ever
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _allow_files(settings: Settings) -> None:
    """As many open files as the connections need, as far as this machine lets us: it often gives 1024 at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + _OTHER_FILES
    if resource.RLIM_INFINITY != soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The port to serve on, taken before anything else is done; exit code 1 if somebody else has it."""
    _allow_files(settings)
    try:
        taken = socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as error:
        typer.echo(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.", err=True)
        raise typer.Exit(1) from None
    # inherited by what it accepts; otherwise the body of an answer waits for the acknowledgement of its headers
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with taken:
        yield taken


@asynccontextmanager
async def serving(server: uvicorn.Server, settings: Settings) -> AsyncIterator[str]:
    """Serve while the block runs; gives the address once it answers."""
    with listening(settings) as taken:
        task = asyncio.create_task(server.serve([taken]))
        try:
            while not server.started and not task.done():  # noqa: ASYNC110  the server has only this flag
                await asyncio.sleep(0.01)
            host, port = taken.getsockname()[:2]
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            await task


@contextmanager
def remembered(home: Path, url: str) -> Iterator[None]:
    """The address lies in the home, where the command line finds it, as long as the platform is there."""
    (home / SERVER_FILE).write_text(json.dumps({"url": url}))
    try:
        yield
    finally:
        (home / SERVER_FILE).unlink(missing_ok=True)
