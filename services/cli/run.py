"""The commands that run servers: ``up`` and ``serve``."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from services.cli import private, server
from services.cli.endpoint import LOCK_FILE
from services.cli.prepare import configured
from shared.config import APPLICATIONS, Settings

_LOCK_ATTEMPTS = 4


def up(
    home: Annotated[Path, typer.Option(help="Folder of databases, event log and key.")] = Path("data"),
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.")] = 8000,
    sample: Annotated[bool, typer.Option(help="Load the sample organisation on first start.")] = True,
    once: Annotated[bool, typer.Option("--once", help="Start, load, catch up, report, and stop.")] = False,
) -> None:
    """Run the whole platform in one process."""
    from services.cli import embedded
    from services.web.oidc.client import client_of
    from shared.telemetry import configure_logging
    from shared.telemetry.tracing import exporting

    with configured():
        settings = Settings(home=home, port=port, host="127.0.0.1", embedded=True)
        client_of(settings)  # what the page would refuse later
    configure_logging(settings.log_level if "log_level" in settings.model_fields_set else "WARNING")
    private.make_home(home)
    with _only_one(home), exporting():
        private.make_keys_of(home)
        uvloop.run(embedded.run(settings, with_sample=sample, once=once))


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


def serve(
    service: Annotated[str, typer.Argument(help="strategy, catalog, roles, alignment, or web for the page")],
) -> None:
    """Run one service, or the page, configured by the environment."""
    if service not in APPLICATIONS:
        typer.echo(f"There is no service {service}; there are {', '.join(APPLICATIONS)}.", err=True)
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
    with exporting(), server.listening(settings) as port:
        serving = server.Server(server.server_config(assembly.alone(service, settings), settings))
        uvloop.run(serving.serve([port]))
