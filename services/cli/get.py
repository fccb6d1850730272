"""``get``: what the owners hold, as they hold it now."""

import json
from typing import Annotated, Any

import typer

from services.cli import refs
from services.cli.session import Session, command

_COLUMNS = ("key", "name", "type", "state", "version")


@command
async def get(
    session: Session,
    kind: Annotated[str, typer.Argument(help="A kind, such as service or service_offering.")],
    key: Annotated[str | None, typer.Argument(help="Key or id; without it, all of the kind.")] = None,
) -> None:
    """List the entities of a kind, or show one."""
    from services.cli.tables import table

    found = refs.kind_of(kind)
    if key is None:
        items = [item async for item in session.client.list(found)]
        rows = [[item.get(column) for column in _COLUMNS] for item in items]
        session.show(items, lambda: table(_COLUMNS, rows))
        return
    state = await refs.entity(session.client, found, key)
    session.show(state, lambda: table(("member", "value"), _members(state)))


def _members(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Members that say something; provenance is bookkeeping of imports, there with ``--json``."""
    said = ((name, value) for name, value in state.items() if value not in (None, [], {}) and name != "provenance")
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in said]
