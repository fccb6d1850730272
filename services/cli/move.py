"""``move``: an entity to another state of its lifecycle."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import completing, refs
from services.cli.endpoint import Unusable
from services.cli.paths import Subject
from services.cli.session import Session, command

if TYPE_CHECKING:
    from shared.contracts import Kind


@command
async def move(
    session: Session,
    subject: Subject,
    to: Annotated[
        str, typer.Argument(metavar="STATE", help="The state to move it to.", autocompletion=completing.states)
    ],
    reason: Annotated[str | None, typer.Option("--reason", "-r", help="Why; kept with the state.")] = None,
) -> None:
    """Move something to another state; what keeps it from that is told, and the way that leads there."""
    from services.cli.tables import cell
    from shared.client import Conflict
    from shared.contracts.refusals import one_of

    kind = refs.kind_of(subject.partition("/")[0])
    if to not in kind.lifecycle.states:
        raise Unusable(f"A {kind.name} has no state {to}: it must be {one_of(to, kind.lifecycle.states)}")
    state = await refs.named(session.client, subject)
    was = state["state"]
    if was == to:
        session.say(f"{subject} is {to} already.")
        session.show(state, lambda: cell(""))
        return
    try:
        state = await session.client.transition(kind, state["id"], state["version"], to, reason)
    except Conflict as error:
        raise Conflict(error.status, {"detail": f"{error} {advice(kind, was, to)}"}) from None
    session.show(state, lambda: cell(_told(kind, state, was)))


def _told(kind: "Kind", state: dict[str, Any], was: str) -> str:
    return f"{kind.name}/{state['key']} is {state['state']} (it was {was}), version {state['version']}."


def advice(kind: "Kind", state: str, to: str) -> str:
    """Which way leads there."""
    lifecycle = kind.lifecycle
    if lifecycle.is_terminal(state):
        return f"{state} is final: a comeback is a new {kind.name} that supersedes this one."
    if to in lifecycle.moves[state]:
        return f"Once that is there, {state} may become {to}. From {state} it may become: {_listed(kind, state)}."
    way = lifecycle.way(state, to)
    leads = f"The way to {to} is {' -> '.join((state, *way))}." if way else f"No way leads from {state} to {to}."
    return f"{leads} From {state} it may become: {_listed(kind, state)}."


def _listed(kind: "Kind", state: str) -> str:
    return ", ".join(kind.lifecycle.moves[state])
