"""``template``: an empty table of a kind, to be filled in and imported."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.exporting import store
from services.cli.session import USAGE


def template(
    kind: Annotated[str, typer.Argument(help="A kind, such as service or role.")],
    format_: Annotated[
        Literal["csv", "xlsx"], typer.Option("--format", help="A workbook has drop-downs and notes as well.")
    ] = "csv",
    to: Annotated[Path | None, typer.Option(help="File to write (default: on standard output).")] = None,
) -> None:
    """Write an empty table of a kind: its columns are the members that import takes. Needs no server."""
    from shared.contracts import NODE_KINDS
    from shared.interchange.formats import Written
    from shared.interchange.formats.tables import writing

    try:
        found = refs.kind_of(kind)
        if found.name not in NODE_KINDS:
            raise Unusable(f"No table brings in a {found.name}.")
        store(Written({f"{found.name}.{format_}": writing.template(found, xlsx=format_ == "xlsx")}), to)
    except Unusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
