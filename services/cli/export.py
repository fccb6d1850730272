"""``export``: everything that the owners hold, as a bundle."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import completing, exporting
from services.cli.endpoint import Unusable
from services.cli.session import Session, command

if TYPE_CHECKING:
    from shared.client import Client
    from shared.interchange.export import Export

_HEAD = "# Exported by plumbline: written anew, or removed, by the next export into this folder.\n"
_MOST = 4 * 1024 * 1024  # of a file, below what is read back


@command
async def export(
    session: Session,
    to: Annotated[
        Path | None,
        typer.Option(help="Folder for a file per kind, or the file of a format (default: on standard output)."),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="A format of other tools, not a bundle: archimate, backstage, tmf, raci, policies, xlsx or csv.",
            autocompletion=completing.written_formats,
        ),
    ] = None,
) -> None:
    """Write what is there as a bundle: documents that apply takes back unchanged, here and elsewhere.

    Into a folder also the proofs of what was signed, and the signature log: no other platform takes these into its own.
    In another format, what it cannot say is told.
    """
    if format_:
        await exporting.write(session, format_, to)
        return
    from shared.interchange.export import export as read
    from shared.interchange.yaml_documents import text

    made = await read(session.client)
    if session.json:
        session.show([document for documents in made.documents.values() for document in documents], lambda: "")
    elif to is None:
        for documents in made.documents.values():
            typer.echo("".join(map(text, documents)), nl=False)
    else:
        _write(to, {kind: map(text, documents) for kind, documents in made.documents.items()})
        await _write_signed(session.client, to)
    session.say(f"{made.count} entities with their links; {_left_out(made)}")


def _left_out(made: "Export") -> str:
    loose = f", and {made.loose} whose source was deleted" if made.loose else ""
    return f"{made.ended} links that have ended are not in it{loose}."


def _write(folder: Path, texts: dict[str, Iterator[str]]) -> None:
    """A file per kind, several for many; what an earlier export left here goes, and what others wrote stays."""
    from shared.interchange.parts import parted

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.yaml"):
            if old.read_text(encoding="utf-8").startswith(_HEAD):
                old.unlink()
        for kind, documents in texts.items():
            for number, part in enumerate(parted(documents, lambda text: len(text.encode()), _MOST), 1):
                name = kind if number == 1 else f"{kind}-{number}"
                _write_new(folder / f"{name}.yaml", _HEAD + "".join(part))
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{folder} cannot be written: {error}") from None


async def _write_signed(client: "Client", folder: Path) -> None:
    """Where something has been signed, its proof and the log that it stands in."""
    from shared.interchange import signed

    found = False
    try:
        async for key, document in signed.proofs(client):
            (folder / "proofs").mkdir(exist_ok=True)
            (folder / "proofs" / f"{key}.json").write_text(json.dumps(document, ensure_ascii=False) + "\n", "utf-8")
            found = True
        if not found:
            return
        with (folder / "signature-log.jsonl").open("w", encoding="utf-8") as file:
            async for entry in signed.log(client):
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error}") from None


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        raise Unusable(f"{path} is there already and was written by somebody else: name another folder.")
    path.write_text(text, encoding="utf-8")
