"""``status`` and ``rebuild``: the view itself, how far it is, and how to make it anew."""

import asyncio
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.session import FAILED, Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

_STATUS = "/alignment/v1/status"
_PAUSE = 0.2


@command
async def status(session: Session) -> None:
    """How far the view is behind each service."""
    answer = await session.client.get_json(_STATUS)
    session.show(answer, lambda: _table(answer))


def _table(answer: dict[str, Any]) -> "RenderableType":
    from services.cli.tables import table

    rows: list[tuple[str, Any]] = []
    for name, value in answer.items():
        if isinstance(value, dict):
            rows += [(f"{name} {part}", inner) for part, inner in value.items()]
        else:
            rows.append((name, "none" if value is None else value))
    return table(("status", "value"), rows)


@command
async def rebuild(
    session: Session,
    patience: Annotated[float, typer.Option("--timeout", min=1, help="Seconds to wait for the switch.")] = 600,
) -> None:
    """Build the view anew from everything recorded, beside the running one, and wait for the switch."""
    begun = await session.client.send("POST", "/alignment/v1/rebuilds")
    with session.err.status(f"Building generation {begun['generation']}"):
        answer = await _switched(session, begun["generation"], time.monotonic() + patience)
    session.show(answer, lambda: _table(answer))
    if answer["generation"] != begun["generation"]:
        session.say(f"Generation {begun['generation']} did not take over; {answer['generation']} still answers.")
        raise typer.Exit(FAILED)


async def _switched(session: Session, generation: int, deadline: float) -> dict[str, Any]:
    """The status once the generation answers, or once nobody builds it any more, or when time is up."""
    while True:
        answer = await session.client.get_json(_STATUS)
        over = answer["generation"] == generation or answer.get("building") != generation
        if over or time.monotonic() > deadline:
            return answer
        await asyncio.sleep(_PAUSE)
