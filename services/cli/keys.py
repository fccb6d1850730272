"""``keys``: makes the keys of an installation, and rotates one while everything runs."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.private import tell_upgrade
from services.cli.session import USAGE


def keys(
    folder: Annotated[Path, typer.Argument(help="Where they lie, in a subfolder for each holder.")],
    rotate: Annotated[
        str | None, typer.Option(help="Replace this key: issuer, alignment, metrics, web or proof.", metavar="KEY")
    ] = None,
    leaked: Annotated[
        bool,
        typer.Option(
            "--leaked", help="With --rotate: tokens of all keys before count no longer; of proofs, those of the last."
        ),
    ] = False,
    former: Annotated[
        Path | None, typer.Option(exists=True, help="Key file of a release before 0.2: its proofs stay checkable.")
    ] = None,
) -> None:
    """Make the keys that are missing; existing ones stay. Prints the files that were made, or the name of a new key."""
    from shared.config import Misconfigured
    from shared.keys import PURPOSES, make_keys, rotate_key

    try:
        if rotate is None:
            made = make_keys(folder, former)
            for path in made:
                typer.echo(path)
            tell_upgrade(folder, former, made)
        elif rotate not in PURPOSES:
            raise Misconfigured(f"There is no key {rotate}; there are {', '.join(PURPOSES)}.")
        else:
            typer.echo(rotate_key(folder, rotate, leaked=leaked).current.kid)
    except (Misconfigured, OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
