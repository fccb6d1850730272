"""``token`` and ``sign-in``: print what the issuer's key signs, and nothing else, so that a script can take it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from services.cli.endpoint import DEFAULT_HOME, DEFAULT_SERVER, Unusable, issuer_key, running_server, user
from services.cli.session import USAGE

Home = Annotated[Path, typer.Option(envvar="PLUMBLINE_HOME", help="Folder of the platform whose issuer signs.")]
Key = Annotated[
    Path | None,
    typer.Option(envvar="PLUMBLINE_ISSUER_KEY_FILE", help="The private key that signs, instead of a home."),
]


def token(
    home: Home = DEFAULT_HOME,
    key: Key = None,
    subject: Annotated[str | None, typer.Option(help="Who it speaks for (default: the key's own, or you).")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="May be repeated (default: all that the key gives).")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24, help="How long it is valid.")] = 12,
    renew: Annotated[
        Path | None, typer.Option(help="Write it to this file, and a new one in good time, until stopped.")
    ] = None,
) -> None:
    """Print a token, signed with the issuer's key: that of a home, or one from a file."""

    def make() -> str:
        return _minted(key or issuer_key(home), subject, scope, hours)

    with _told_plainly():
        if renew is None:
            typer.echo(make())
        else:
            _keep(renew, make, hours * 1800)


def sign_in(
    home: Home = DEFAULT_HOME,
    key: Key = None,
    server: Annotated[
        str | None, typer.Option(envvar="PLUMBLINE_SERVER", help="Where the page is (default: what runs in the home).")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Who signs in (default: you).")] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="What they may do besides reading, or `*` for everything; may be repeated.")
    ] = None,
) -> None:
    """Print an address that signs in on the page: it works once, within ten minutes."""
    with _told_plainly():
        if server is None:
            server = running_server(home) if key is None else DEFAULT_SERVER
        typer.echo(address(server, key or issuer_key(home), subject or user(), scope or []))


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What the options have wrong goes to standard error, with the exit code of a usage error."""
    from shared.config import Misconfigured

    try:
        yield
    except (Unusable, Misconfigured, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None


def _check_known(scopes: Sequence[str] | None, *more: str) -> None:
    from shared.scopes import ALL_SCOPES, is_known

    if unknown := sorted(scope for scope in {*(scopes or ())} - {*more} if not is_known(scope)):
        raise Unusable(f"Unknown scopes: {', '.join(unknown)}; there are {', '.join(ALL_SCOPES)}.")


def _minted(key: Path, subject: str | None, scopes: list[str] | None, hours: float) -> str:
    from shared.http import auth
    from shared.keys import load_ring

    _check_known(scopes)
    ring = load_ring(key)
    own = ring.grant.subject if ring.grant else None
    return auth.mint_with(ring, subject or own or user(), scopes, hours)


def _keep(file: Path, make: Callable[[], str], seconds: float) -> None:
    from shared.keys import files

    while True:
        files.replace(file, make())
        time.sleep(seconds)


def address(server: str, key: Path, subject: str, scopes: Sequence[str]) -> str:
    """The page's address with a new code in it. Raises Unusable, RingUnreadable or ValueError."""
    from shared.http.sign_in import mint_code
    from shared.keys import load_ring
    from shared.scopes import EVERYTHING

    _check_known(scopes, EVERYTHING)
    return f"{server.rstrip('/')}/signin?code={mint_code(load_ring(key), subject, scopes)}"
