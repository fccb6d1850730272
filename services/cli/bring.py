"""``apply`` and ``import``: files brought in by the same engine, and the report of what became of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.endpoint import Unusable
from services.cli.session import FAILED, Session, command

if TYPE_CHECKING:
    from shared.client import Client
    from shared.interchange.records import Batch, Origin
    from shared.interchange.sync import Report

DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and compare; show what would change; write nothing.")]


@command
async def apply(
    session: Session,
    file: Annotated[list[Path], typer.Option("--file", "-f", help="A bundle, or a folder of them; may be repeated.")],
    source: Annotated[str | None, typer.Option(help="Name of the bundle, where there are several.")] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Retire what this bundle brought and no longer has.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Bring bundles in: YAML documents of kind, key, spec and links."""
    from shared.interchange import bundle, bundle_files
    from shared.interchange.records import Origin

    documents = bundle_files.read(file)
    if prune and not documents:
        raise Unusable("There is no document in it, and to prune would retire everything.")
    batch = await bundle.to_batch(session.client, documents, source)
    report = await _sync(session, batch, dry_run, Origin(bundle.FORMAT, "", name=source) if prune else None)
    if report.refused:
        raise typer.Exit(FAILED)


@command
async def import_(
    session: Session,
    file: Annotated[Path, typer.Argument(help="A file of one of the formats that can be read.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="Its format, where its content is not to say.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name that ids are derived from, not the file's own.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when something was refused.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Bring in what another tool wrote: it is registered as found, and what has no place here is counted."""
    report = await _sync(session, await _batch(session.client, file, source, format_), dry_run)
    if not report.accounted or (strict and report.refused):
        raise typer.Exit(FAILED)


async def _batch(client: "Client", file: Path, source: str | None, format: str | None) -> "Batch":
    from shared.interchange import bundle, formats
    from shared.interchange.records import Batch

    try:
        found = formats.read(formats.File(file.name, _bytes(file, formats.MOST), source), format)
    except formats.Unreadable as error:
        raise Unusable(str(error)) from None
    return found if isinstance(found, Batch) else await bundle.to_batch(client, found, source)


def _bytes(file: Path, most: int) -> bytes:
    """What the reader may want to see of a file: one byte more than it takes, so that it can say so."""
    try:
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from None


async def _sync(session: Session, batch: "Batch", dry_run: bool, prunes: "Origin | None" = None) -> "Report":
    """``prunes`` is whose leavings go; nothing goes where something was refused."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from services.cli import report as rendering
    from shared.interchange.prune import prune
    from shared.interchange.sync import sync

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=session.err, transient=True) as progress:
        task = progress.add_task("Comparing" if dry_run else "Bringing in")
        report = await sync(
            session.client,
            batch,
            dry_run=dry_run,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    if prunes and not report.refused:
        report.add(await prune(session.client, batch, prunes, dry_run=dry_run))
    session.show(rendering.data(report), lambda: rendering.render(report))
    return report
