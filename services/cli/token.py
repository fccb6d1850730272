"""``token``: prints a token and nothing else, so that a script can take it as it is."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from services.cli.endpoint import DEFAULT_HOME, Unusable, issuer_key, user
from services.cli.session import USAGE


def token(
    home: Annotated[
        Path, typer.Option(envvar="PLUMBLINE_HOME", help="Folder of the platform whose issuer signs.")
    ] = DEFAULT_HOME,
    key: Annotated[
        Path | None,
        typer.Option(envvar="PLUMBLINE_ISSUER_KEY_FILE", help="The private key that signs, instead of a home."),
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Who it speaks for (default: the key's own, or you).")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="May be repeated (default: all that the key gives).")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24, help="How long it is valid.")] = 12,
    renew: Annotated[
        Path | None, typer.Option(help="Write it to this file, and a new one in good time, until stopped.")
    ] = None,
) -> None:
    """Print a token, signed with the issuer's key: that of a home, or one from a file."""
    from shared.config import Misconfigured

    def make() -> str:
        return _minted(key or issuer_key(home), subject, scope, hours)

    try:
        if renew is None:
            typer.echo(make())
        else:
            _keep(renew, make, hours * 1800)
    except (Unusable, Misconfigured, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None


def _minted(key: Path, subject: str | None, scopes: list[str] | None, hours: float) -> str:
    from shared import auth
    from shared.keys import load_ring

    if unknown := sorted(set(scopes or ()) - set(auth.ALL_SCOPES)):
        raise Unusable(f"Unknown scopes: {', '.join(unknown)}; there are {', '.join(auth.ALL_SCOPES)}.")
    ring = load_ring(key)
    own = ring.grant.subject if ring.grant else None
    return auth.mint_with(ring, subject or own or user(), scopes, hours)


def _keep(file: Path, make: Callable[[], str], seconds: float) -> None:
    from shared.keys import files

    while True:
        files.replace(file, make())
        time.sleep(seconds)
