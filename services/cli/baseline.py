"""``baseline``: gives a moment a name, so that others can be compared with it."""

from typing import Annotated

import typer

from services.cli import refs
from services.cli.session import Session, command


@command
async def baseline(
    session: Session,
    name: Annotated[str, typer.Argument(help="What it is called, such as 'Strategy signed'.")],
    at: Annotated[str | None, typer.Option("--at", help="The moment: a date, or a time (RFC 3339); else now.")] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="What to call it in commands; else made from the name.")
    ] = None,
    description: Annotated[str | None, typer.Option("--description", help="Why it matters.")] = None,
) -> None:
    """Name a moment: ``diff --from KEY`` then says what has changed since. ``get baselines`` lists them."""
    from services.cli.tables import cell
    from shared.contracts.alignment import BASELINE

    given = {"name": name, "at": refs.valid(at), "key": key, "description": description}
    made = await session.client.post(BASELINE, {member: value for member, value in given.items() if value is not None})
    session.show(made, lambda: cell(f"{made['key']} is {made['at']}"))
