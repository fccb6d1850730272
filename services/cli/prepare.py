"""The one-shot jobs of a deployment, each safe to run again: ``migrate`` and ``topics``."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import private
from services.cli.session import UNREACHABLE, USAGE

if TYPE_CHECKING:
    from shared.config import Settings


_FORMER = (
    "PLUMBLINE_KEY_FILE is not used any more: no secret is shared. `plumbline keys FOLDER --former FILE` makes what "
    "takes its place: PLUMBLINE_TRUSTED_KEYS_FILE for every service, PLUMBLINE_PROOF_KEY_FILE for strategy, "
    "PLUMBLINE_SERVICE_KEY_FILE for alignment; docs/operations.md, Keys, says how."
)


@contextmanager
def configured() -> "Iterator[Settings]":
    """The settings of this environment; exit code 2, with the variable named, where they cannot be used."""
    from pydantic import ValidationError

    from shared.config import Misconfigured, Settings
    from shared.contracts.refusals import plain

    try:
        if "PLUMBLINE_KEY_FILE" in os.environ:
            raise Misconfigured(_FORMER)
        yield Settings()
    except ValidationError as error:
        for each in error.errors():
            named = f"PLUMBLINE_{str(each['loc'][0]).upper()} " if each["loc"] else ""
            typer.echo(f"{named}{plain(each)}.", err=True)
        raise typer.Exit(USAGE) from None
    except Misconfigured as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None


def migrate(
    services: Annotated[list[str] | None, typer.Argument(help="Which services, or web; default: all.")] = None,
) -> None:
    """Bring databases to their newest revision."""
    from services import assembly
    from shared.config import APPLICATIONS

    if unknown := set(services or ()) - set(APPLICATIONS):
        typer.echo(f"Unknown: {', '.join(sorted(unknown))}.", err=True)
        raise typer.Exit(USAGE)
    private.keep_private()
    with configured() as settings:
        asyncio.run(assembly.migrate(settings, *(services or ())))


def topics(
    acls: Annotated[bool, typer.Option("--acls", help="Also grant each service its rights.")] = False,
) -> None:
    """Create the topics that are missing on the bus; refuse one with another number of partitions."""
    from services import assembly
    from shared.bus import BusUnavailable

    try:
        with configured() as settings:
            asyncio.run(assembly.make_topics(settings, acls=acls))
    except BusUnavailable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNREACHABLE) from None
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
