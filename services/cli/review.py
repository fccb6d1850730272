"""``review``: says that something has been looked at, and when it is to be looked at again."""

from typing import Annotated, Literal

import typer

from services.cli import refs
from services.cli.paths import Subject
from services.cli.session import Session, command


@command
async def review(
    session: Session,
    subject: Subject,
    comment: Annotated[str | None, typer.Option("--comment", "-c", help="What there is to say about it.")] = None,
    cadence: Annotated[
        Literal["monthly", "quarterly", "semi_annual", "annual"] | None,
        typer.Option(help="From now on it is reviewed this often; else as often as before."),
    ] = None,
) -> None:
    """Record that somebody has looked at something; it falls due again after its cadence."""
    from services.cli.tables import cell
    from shared.client import path_of

    kind = refs.kind_of(subject.partition("/")[0])
    state = await refs.named(session.client, subject)
    if cadence and cadence != (state["review"] or {}).get("cadence"):
        members = {"review": {**(state["review"] or {}), "cadence": cadence}}
        state = await session.client.patch(kind, state["id"], state["version"], members)
    path, held = f"{path_of(kind, state['id'])}/reviews", {"If-Match": f'"{state["version"]}"'}
    state = await session.client.send("POST", path, {"comment": comment}, held)
    due = state["review"]["next_due"]
    when = f"due again on {due[:10]}" if due else "not due again: --cadence says how often"
    session.show(state, lambda: cell(f"{kind.name}/{state['key']} is reviewed, and {when}."))
