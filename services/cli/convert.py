"""``convert``: a file of another tool into another format, without a server."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.endpoint import Unusable
from services.cli.session import USAGE

if TYPE_CHECKING:
    from shared.interchange.formats.archimate.fourth import Migration

_TARGETS = ("archimate4",)
_SHOWN = 20


def convert(
    file: Annotated[Path, typer.Argument(help="A model in the ArchiMate exchange format 3.")],
    to: Annotated[str, typer.Option("--to", help=f"What to make of it: {', '.join(_TARGETS)}.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it (default: on standard output).")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON; the file goes to --output.")
    ] = False,
) -> None:
    """Take a model to ArchiMate 4, and report what became of what and what is to be decided."""
    from services.cli.tables import document, plain
    from shared.bounded import read_bounded
    from shared.interchange.formats import xml
    from shared.interchange.formats.archimate import fourth

    try:
        if to not in _TARGETS:
            raise Unusable(f"A file can be taken to {', '.join(_TARGETS)}, and not to {to}.")
        if as_json and output is None:
            raise Unusable("With --json the report is on standard output: say with --output where the file goes.")
        made = fourth.migrate(read_bounded(file, xml.MAX_BYTES))
        if output is None:
            sys.stdout.buffer.write(made.content)
        else:
            output.write_bytes(made.content)
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}.", err=True)
        raise typer.Exit(USAGE) from None
    except (Unusable, ValueError) as error:
        typer.echo(plain(error), err=True)
        raise typer.Exit(USAGE) from None
    if as_json:
        typer.echo(document(_data(made), indent=2))
    else:
        for line in _told(made):
            typer.echo(plain(line), err=output is None)


def _data(made: "Migration") -> dict[str, Any]:
    return {
        "elements": made.elements,
        "relationships": made.relationships,
        "renamed": [{"was": was, "now": now, "count": count} for (was, now), count in sorted(made.renamed.items())],
        "turned": made.turned,
        "decisions": [decision._asdict() for decision in made.decisions],
    }


def _told(made: "Migration") -> Iterator[str]:
    yield f"{made.elements} elements, {made.relationships} relationships; of another type now: {made.renamed.total()}"
    for (was, now), count in sorted(made.renamed.items()):
        yield f"  {was} -> {now}: {count}"
    if made.turned:
        yield f"  {made.turned} parts of paths realize their path now"
    if made.decisions:
        yield f"To decide: {len(made.decisions)}"
    for decision in made.decisions[:_SHOWN]:
        yield f"  {decision.name} ({decision.was} -> {decision.now}): {decision.decide}"
    if (more := len(made.decisions) - _SHOWN) > 0:
        yield f"  and {more} more: --json has all of them"
