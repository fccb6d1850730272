"""``verify``: whether a proof of sign-off holds, and whether the signature log still says what it said."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.endpoint import Unusable
from services.cli.session import FAILED, UNREACHABLE, USAGE

if TYPE_CHECKING:
    from services.cli import signature_log
    from shared.proof import Proven

_LARGEST = 64 * 1024 * 1024
_LONGEST = 200
_DEPTH, _VALUES = 64, 2_000_000
Keys = dict[str, dict[str, Any]]


def verify(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="What GET /increments/{id}/proof gave, or `plumbline proof`.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="A trusted key: a file with public keys, or a thumbprint. May be repeated.")
    ] = None,
    log: Annotated[
        list[str] | None,
        typer.Option(help="The signature log: a server, or the file that export wrote. Of several, the oldest first."),
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="PLUMBLINE_TOKEN", hidden=True)] = None,
    home: Annotated[
        Path | None, typer.Option(envvar="PLUMBLINE_HOME", help="Home of a server on this machine, for its token.")
    ] = None,
) -> None:
    """Check the proof of a signed increment: signature, hashes, contents, and its place in the signature log.

    A log goes on from the proof, and of several logs each from the one before. Only keys that are named, or pinned by
    `plumbline trust`, are trusted. Exit code 1 if anything does not hold.
    """
    from shared import proof
    from shared.client import ClientError, Refused
    from shared.errors import BadRequest

    if file is None and not log:
        raise typer.BadParameter("Name a proof, or a --log.")
    try:
        trusted = _trusted(key or [])
        found = _proven(file, trusted) if file else None
        told = _log_lines(log or [], found, trusted, token, home)
    except (Unusable, proof.NoProof, BadRequest) as error:
        _end(str(error), USAGE)
    except ClientError as error:
        _end(str(error), USAGE if isinstance(error, Refused) else UNREACHABLE)
    except proof.NotProven as error:
        _end(f"Not proven: {error}", FAILED)
    typer.echo("\n".join([*(_lines(found, trusted) if found else ()), *told]))


def _end(text: str, code: int) -> Any:
    typer.echo(clean(text), err=True)
    raise typer.Exit(code)


def _trusted(names: list[str]) -> Keys:
    """By thumbprint; what is named here replaces what was pinned."""
    from services.cli.pins import by_thumbprint, keys_in, pinned

    if not names:
        return by_thumbprint(pinned())
    found: Keys = {}
    for name in names:
        found |= by_thumbprint(keys_in(Path(name))) if Path(name).is_file() else {name: {}}
    return found


def _proven(file: Path, trusted: Keys) -> "Proven":
    from shared import proof
    from shared.http import strict_json

    return proof.proven(strict_json.read(_bytes(file), _DEPTH, _VALUES), trusted)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from None
    if len(raw) > _LARGEST:
        raise Unusable(f"{file} is larger than any proof ({_LARGEST} bytes).")
    return raw


def _lines(found: "Proven", trusted: Keys) -> list[str]:
    said = found.statement
    increment = said["increment"]
    name, key, state = (clean(increment[member]) for member in ("name", "key", "state"))
    lines = [f"{name} ({key}), {len(said['items'])} items, {state}"]
    lines += [f"  {_decision(each)}" for each in said["sign_offs"]]
    if said.get("package_hash") is None:
        lines.append("  Signed under an earlier release: name, description and who signs were not frozen.")
    derived = " It was derived from a secret that other services held." if trusted[found.key].get("derived") else ""
    place = _place(found.log)
    return [*lines, f"Holds. Signed by the key {found.key}.{derived}", place]


def _decision(each: Mapping[str, Any]) -> str:
    """Each part by itself: a long name must not push out the sign-in, which comes first."""
    who, by = clean(each.get("name") or each["stakeholder_id"]), clean(each.get("by"))
    return f"{clean(each['decision'])}, signed in as {by}, at {clean(each.get('at'))}: {who}"


def _place(log: Mapping[str, Any] | None) -> str:
    if log is None:
        return "It stands in no signature log: it was signed before there was one."
    return f"Entry {log['position'] + 1} of the signature log, which had {log['head']['size']} when this was made."


def clean(text: object) -> str:
    """What somebody wrote, on one line and without anything that moves the cursor or turns the direction."""
    from services.cli.tables import plain

    shown = plain(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _log_lines(
    logs: list[str], found: "Proven | None", trusted: Keys, token: str | None, home: Path | None
) -> list[str]:
    """A line for each log; every one goes on from the one before, and the first from the proof."""
    from services.cli import signature_log

    kept = signature_log.kept_by_proof(found.log if found else None)
    lines = []
    for log in logs:
        try:
            reading = _read(log, kept, trusted, token, home)
        except signature_log.Empty as error:
            raise Unusable(f"{log}: {error}") from None
        kept = signature_log.Kept(reading.size, reading.root, clean(log))
        lines.append(reading.told())
    return lines


def _read(
    log: str, kept: "signature_log.Kept | None", trusted: Keys, token: str | None, home: Path | None
) -> "signature_log.Reading":
    from services.cli import signature_log
    from services.cli.session import connect

    if log.startswith(("http://", "https://")):
        return signature_log.check_server(connect(log, token, home), kept, trusted)
    return signature_log.check_file(_rows(Path(log)), kept, trusted)


def _rows(file: Path) -> Iterator[Any]:
    """A JSON document a line, read one at a time."""
    from shared.http import strict_json

    try:
        with file.open("rb") as stream:
            while line := stream.readline(_LARGEST):
                yield strict_json.read(line, _DEPTH, _VALUES)
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from None
