"""``sign-in``: prints an address that signs somebody in on the page, once, within ten minutes."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.endpoint import DEFAULT_HOME, DEFAULT_SERVER, Unusable, issuer_key, running_server, user
from services.cli.session import USAGE


def sign_in(
    home: Annotated[
        Path, typer.Option(envvar="PLUMBLINE_HOME", help="Folder of the platform whose issuer signs.")
    ] = DEFAULT_HOME,
    key: Annotated[
        Path | None,
        typer.Option(envvar="PLUMBLINE_ISSUER_KEY_FILE", help="The private key that signs, instead of a home."),
    ] = None,
    server: Annotated[
        str | None, typer.Option(envvar="PLUMBLINE_SERVER", help="Where the page is (default: what runs in the home).")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Who signs in (default: you).")] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="Besides alignment:read, which the page needs; may be repeated.")
    ] = None,
) -> None:
    """Print an address that signs in on the page: it works once, within ten minutes."""
    from shared.config import Misconfigured

    try:
        if server is None:
            server = running_server(home) if key is None else DEFAULT_SERVER
        typer.echo(address(server, key or issuer_key(home), subject or user(), scope or []))
    except (Unusable, Misconfigured, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None


def address(server: str, key: Path, subject: str, scopes: list[str]) -> str:
    """The page's address with a new code in it. Raises Unusable, RingUnreadable or ValueError."""
    from shared.auth import ALL_SCOPES
    from shared.keys import load_ring
    from shared.sign_in import mint_code

    if unknown := sorted(set(scopes) - set(ALL_SCOPES)):
        raise Unusable(f"Unknown scopes: {', '.join(unknown)}; there are {', '.join(ALL_SCOPES)}.")
    return f"{server.rstrip('/')}/signin?code={mint_code(load_ring(key), subject, scopes)}"
