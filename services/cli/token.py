"""``token``: prints a token and nothing else, so that a script can take it as it is."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.endpoint import DEFAULT_HOME, Unusable, key_of, user
from services.cli.session import USAGE


def token(
    home: Annotated[
        Path, typer.Option(envvar="PLUMBLINE_HOME", help="Folder of the platform whose key signs.")
    ] = DEFAULT_HOME,
    key: Annotated[
        Path | None,
        typer.Option(envvar="PLUMBLINE_KEY_FILE", exists=True, help="The key that signs, instead of a home."),
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Who it speaks for (default: you).")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="May be repeated (default: all).")] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is valid.")] = 12,
) -> None:
    """Print a token, signed with the key of a home or with one from a file."""
    from shared import auth

    try:
        unknown = sorted(set(scope or ()) - set(auth.ALL_SCOPES))
        if unknown:
            raise Unusable(f"Unknown scopes: {', '.join(unknown)}; there are {', '.join(auth.ALL_SCOPES)}.")
        typer.echo(auth.mint(key or key_of(home), subject or user(), scope or auth.ALL_SCOPES, hours))
    except Unusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
