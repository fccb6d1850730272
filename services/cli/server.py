"""How every process serves HTTP: one configuration, one way to listen and to stop."""

import asyncio
import gc
import json
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import typer
import uvicorn

from services.cli.endpoint import SERVER_FILE
from services.cli.protocol import Protocol
from shared.config import Settings

_GRACE_SECONDS = 3
_OTHER_FILES = 256


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
