"""``apply`` and ``import``: files brought in by the same engine, and the report of what became of them."""

import csv
import os
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import completing
from services.cli.endpoint import Unusable
from services.cli.session import FAILED, Session, command

if TYPE_CHECKING:
    from shared.client import Client
    from shared.interchange.outcome import Report
    from shared.interchange.records import Batch


class Match(StrEnum):
    """By what an import joins what is there from elsewhere."""

    name = "name"


DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and compare; show what would change; write nothing.")]

AllLines = Annotated[bool, typer.Option("--all", help="Show every line of the report, however many there are.")]


@command
async def apply(
    session: Session,
    file: Annotated[
        list[Path] | None, typer.Option("--file", "-f", help="A bundle, or a folder of them; may be repeated.")
    ] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="KEY", help="Do what this signed plan decides on, and no bundle.")
    ] = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Also a plan that is not signed, or is not what was signed.")
    ] = False,
    source: Annotated[str | None, typer.Option(help="Name of the bundle, where there are several.")] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Retire what this bundle brought and no longer has.")] = False,
    found: Annotated[bool, typer.Option("--found", help="Register what says no state as in use.")] = False,
    dry_run: DryRun = False,
    everything: AllLines = False,
) -> None:
    """Bring bundles in, YAML documents of kind, key, spec and links; or do what a signed plan decides on."""
    if plan:
        if file or source or prune or found or everything:
            raise Unusable("A plan is carried out by itself: --plan goes with --dry-run and --unsigned alone.")
        await _carry_out(session, plan, dry_run=dry_run, unsigned=unsigned)
        return
    if not file or unsigned:
        raise Unusable("Name bundles with --file, or a plan with --plan, which alone goes with --unsigned.")
    from shared.interchange import bundle, bundle_files

    session.client.means = "apply"
    documents, unread = bundle_files.gather(file)
    batch = await bundle.to_batch(session.client, documents, source, unread=unread, found=found)
    report = await _bring(session, batch, dry_run=dry_run, prunes=prune, everything=everything)
    if report.refused:
        raise typer.Exit(FAILED)


async def _carry_out(session: Session, key: str, *, dry_run: bool, unsigned: bool) -> None:
    from services.cli import carrying

    session.client.means = "apply"
    if not await carrying.carry_out(session, key, dry_run=dry_run, unsigned=unsigned):
        raise typer.Exit(FAILED)


@command
async def import_(
    session: Session,
    file: Annotated[
        list[Path], typer.Argument(help="A file of one of the formats that can be read; CSV also several, or a folder.")
    ],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="Its format, where its content is not to say: "
            "archimate, stratml, backstage, tmf, raci, policies, archi, xlsx, json or csv.",
            autocompletion=completing.read_formats,
        ),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name that ids are derived from, not the file's own.")] = None,
    kind: Annotated[str | None, typer.Option(help="What the rows of a table are, such as service, or link.")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(help='Columns of a table as "Their name=member,...": others are left out. May be repeated.'),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The language that names things where the file has several, such as nb.")
    ] = None,
    into: Annotated[
        str | None, typer.Option(help="What it goes into, as KIND/KEY: the process of a RACI grid.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when something was refused.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Retire what the file has no more.")] = False,
    match: Annotated[
        Match | None, typer.Option("--match", help="Join what is there from elsewhere under the same name.")
    ] = None,
    dry_run: DryRun = False,
    everything: AllLines = False,
) -> None:
    """Bring in what another tool wrote: it is registered as found, and what has no place here is counted."""
    session.client.means = "import"
    said = {"source": source, "kind": kind, "columns": _columns(columns or []), "into": into, "language": language}
    batch = await _batch(session.client, file, format_, **said)
    report = await _bring(session, batch, dry_run=dry_run, prunes=prune, everything=everything, match=match is not None)
    if not report.accounted or (strict and report.refused):
        raise typer.Exit(FAILED)


async def _batch(client: "Client", paths: list[Path], format: str | None, **said: Any) -> "Batch":
    from shared.interchange import formats
    from shared.interchange.incoming import to_batch

    found = [file for path in paths for file in _files(path)]
    try:
        first, *others = [formats.File(path.name, _bytes(path, formats.MOST), place=_place(path)) for path in found]
        place, above = (_place(paths[0]), _above(paths[0])) if len(paths) == 1 else (first.place, ())
        return await to_batch(client, replace(first, **said, place=place, above=above, beside=tuple(others)), format)
    except formats.Unreadable as error:
        raise Unusable(str(error)) from None


def _place(path: Path) -> str:
    """A file by its name in its folder, a folder by its own: the same in each copy of a repository."""
    whole = Path(os.path.abspath(path))  # as it is named: what it links to may lie anywhere
    return f"{whole.name}/" if path.is_dir() else f"{whole.parent.name}/{whole.name}".lstrip("/")


def _above(path: Path) -> tuple[str, ...]:
    """The folders above what names it, the nearest first."""
    whole = Path(os.path.abspath(path))
    return tuple(each.name for each in (whole if path.is_dir() else whole.parent).parents if each.name)


def _files(path: Path) -> list[Path]:
    """A file, or the tables in a folder, by name."""
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.suffix.lower() == ".csv")
    if not found:
        raise Unusable(f"{path} is a folder without a table (*.csv) in it; a folder of bundles is for plumbline apply.")
    return found


def _columns(given: list[str]) -> dict[str, str]:
    """``their name: member`` of options that hold several, with commas between; one in quotes may hold commas."""
    pairs = [pair for option in given for pair in next(csv.reader([option], skipinitialspace=True), [])]
    wrong = [pair for pair in pairs if not all(part.strip() for part in pair.rpartition("="))]
    if wrong:
        raise Unusable(f'--columns {wrong[0]}: write it as "Their name=member".')
    return {name.strip(): member.strip() for name, _, member in (pair.rpartition("=") for pair in pairs)}


def _bytes(file: Path, most: int) -> bytes:
    """What the reader may want to see of a file: one byte more than it takes, so that it can say so."""
    try:
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from None


async def _bring(
    session: Session, batch: "Batch", *, dry_run: bool, prunes: bool, everything: bool, match: bool = False
) -> "Report":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from services.cli import report as rendering
    from shared.interchange import telling
    from shared.interchange.bring import bring

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=session.err, transient=True, disable=not session.err.is_terminal) as progress:
        task = progress.add_task("Comparing" if dry_run else "Bringing in")
        report = await bring(
            session.client,
            batch,
            dry_run=dry_run,
            prunes=prunes,
            match=match,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    session.show(telling.data(report), lambda: rendering.render(report, everything=everything))
    return report
