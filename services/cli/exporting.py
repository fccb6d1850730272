"""``export --format``: what the owners hold in a format of other tools, and what is lost by it."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.session import Session

if TYPE_CHECKING:
    from shared.interchange.formats import Written
    from shared.interchange.formats.raci.writing import Encoding


async def write(session: Session, format: str, to: Path | None) -> None:
    """Into a file, or a folder where the format makes several; to standard output without either.

    Raises Unusable for a format that cannot be written, and for a place that cannot.
    """
    from shared.interchange import formats, inventory

    try:
        make = formats.writer(format)
    except formats.Unreadable as error:
        raise Unusable(str(error)) from None
    made = make(await inventory.read(session.client))
    store(made, to)
    if session.json and to:
        session.show({"files": sorted(made.files), "lost": dict(made.lost)}, lambda: "")
    session.say(_told(made.lost))


async def grid(session: Session, process: str, encoding: "Encoding", to: Path | None, *, everything: bool) -> None:
    """A process as it is now, as a grid of activities and roles. Raises NotFound, and Unusable as ``store`` does."""
    from shared.contracts import NODE_KINDS
    from shared.interchange.formats import Written
    from shared.interchange.formats.raci import writing
    from shared.interchange.inventory import Inventory

    state = await refs.entity(session.client, NODE_KINDS["process"], process)
    held = Inventory()
    for name, filters in (
        ("activity", {"process_id": state["id"]}),
        ("role_assignment", {}),
        ("role", {}),
        ("party", {}),
    ):
        held.entities.extend([(NODE_KINDS[name], each) async for each in session.client.list(name, **filters)])
    lost: Counter[str] = Counter()
    made = writing.encode(writing.of_process(state, held, lost, everything=everything), encoding)
    store(Written({f"{state['key']}.{encoding}": made}), to)
    session.say(_told(lost))


def store(made: "Written", to: Path | None) -> None:
    """Raises Unusable for a place that cannot be written, and for several files without a folder."""
    if to is None:
        if len(made.files) > 1:
            raise Unusable(f"It makes {len(made.files)} files ({', '.join(made.files)}): name a folder with --to.")
        typer.echo(next(iter(made.files.values()), b""), nl=False)
        return
    try:
        if len(made.files) == 1 and not to.is_dir():
            to.write_bytes(next(iter(made.files.values())))
            return
        to.mkdir(parents=True, exist_ok=True)
        for name, content in made.files.items():
            (to / name).write_bytes(content)
    except OSError as error:
        raise Unusable(f"{to} cannot be written: {error}") from None


def _told(lost: Counter[str]) -> str:
    """What is not in it as a whole, and then by kind the members that are not, a line for each kind."""
    if not lost:
        return "Everything is in it."
    found = defaultdict[str, list[str]](list)
    for what, count in sorted(lost.items()):
        kind, dot, member = what.partition(".")
        found[kind if dot else ""].append(f"{member or what} {count}")
    whole = ", ".join(found.pop("", ()))
    lines = [f"  {kind}: {', '.join(members)}" for kind, members in found.items()]
    head = [f"Not in it, since the format has no place for it: {whole}."] if whole else []
    tail = ["Members of what is in it for which the format has no place:", *lines] if lines else []
    return "\n".join([*head, *tail])
