"""The one-shot jobs of a deployment, each safe to run again: ``key``, ``migrate`` and ``topics``."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.session import UNREACHABLE, USAGE

if TYPE_CHECKING:
    from shared.config import Settings


@contextmanager
def configured() -> "Iterator[Settings]":
    """The settings of this environment; exit code 2, with the variable named, where they cannot be used."""
    from pydantic import ValidationError

    from shared.config import Misconfigured, Settings

    try:
        yield Settings()
    except ValidationError as error:
        wrong = "; ".join(f"PLUMBLINE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors() if e["loc"])
        typer.echo(wrong or str(error), err=True)
        raise typer.Exit(USAGE) from None
    except Misconfigured as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None


def key(file: Annotated[Path, typer.Argument(help="Where the key is to lie.")]) -> None:
    """Make a key that signs tokens; an existing one stays."""
    from shared import auth

    auth.make_key(file)


def keys(
    folder: Annotated[Path, typer.Argument(help="Where they are to lie, in a subfolder for each holder.")],
    former: Annotated[
        Path | None, typer.Option(exists=True, help="Key file of a release before 0.2: its proofs stay checkable.")
    ] = None,
) -> None:
    """Make the keys that are missing; existing ones stay. Prints the files that were made."""
    from shared.keys import make_keys

    for path in make_keys(folder, former):
        typer.echo(path)


def migrate(
    services: Annotated[list[str] | None, typer.Argument(help="Which services; default: all.")] = None,
) -> None:
    """Bring databases to their newest revision."""
    from services import assembly
    from shared.config import SERVICES

    if unknown := set(services or ()) - set(SERVICES):
        typer.echo(f"Unknown: {', '.join(sorted(unknown))}.", err=True)
        raise typer.Exit(USAGE)
    with configured() as settings:
        asyncio.run(assembly.migrate(settings, *(services or ())))


def topics() -> None:
    """Create the topics that are missing on the bus; refuse one with another number of partitions."""
    from services import assembly
    from shared.bus import BusUnavailable

    try:
        with configured() as settings:
            asyncio.run(assembly.make_topics(settings))
    except BusUnavailable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNREACHABLE) from None
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
