"""``verify``: whether a proof of sign-off holds. Reads one file and asks nobody."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

FAILED = 1


def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What GET /increments/{id}/proof gave.")],
    key: Annotated[
        str | None, typer.Option(help="Thumbprint of the key that must have signed; without it any key will do.")
    ] = None,
) -> None:
    """Check the proof of a signed increment: signature, hashes and contents. Exit code 1 if it does not hold."""
    from shared import proof

    try:
        document = json.loads(file.read_bytes())
        signed_by = proof.verify(document)
        if key is not None and signed_by != key:
            raise proof.NotProven(f"It is signed by another key: {signed_by}.")
        lines = _told(document["statement"])
    except (ValueError, KeyError, TypeError, proof.NotProven) as error:
        typer.echo(f"Not proven: {error}", err=True)
        raise typer.Exit(FAILED) from None
    typer.echo("\n".join(lines))
    typer.echo(f"Holds. Signed by the key {signed_by}.")


def _told(statement: Any) -> list[str]:
    increment = statement["increment"]
    lines = [f"{increment['name']} ({len(statement['items'])} items), {increment['state']}"]
    return lines + [f"  {each['decision']} by {each['by']} at {each['at']}" for each in statement["sign_offs"]]
