"""``status`` and ``rebuild``: the view itself, how far it is, and how to make it anew."""

import asyncio
import time
from collections.abc import Callable, Iterator
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

    return table(("status", "value"), [*_rows("", answer)])


def _rows(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for part, inner in value.items():
            yield from _rows(f"{name} {part}".strip(), inner)
    else:
        yield name, "none" if value is None else value


@command
async def rebuild(
    session: Session,
    patience: Annotated[float, typer.Option("--timeout", min=1, help="Seconds to wait for the switch.")] = 600,
) -> None:
    """Build the view anew from everything recorded, beside the running one, and wait for the switch."""
    begun = await session.client.send("POST", "/alignment/v1/rebuilds")
    with session.err.status(f"Building generation {begun['generation']}") as shown:
        answer = await _switched(session, begun["generation"], time.monotonic() + patience, shown.update)
    session.show(answer, lambda: _table(answer))
    if answer["generation"] != begun["generation"]:
        session.say(f"Generation {begun['generation']} did not take over; {answer['generation']} still answers.")
        raise typer.Exit(FAILED)


async def _switched(session: Session, generation: int, deadline: float, tell: Callable[[str], None]) -> dict[str, Any]:
    """The status once the generation answers, or once nobody builds it any more, or when time is up."""
    while True:
        answer = await session.client.get_json(_STATUS)
        building = answer.get("building") or {}
        over = answer["generation"] == generation or building.get("generation") != generation
        if over or time.monotonic() > deadline:
            return answer
        tell(_far(building))
        await asyncio.sleep(_PAUSE)


def _far(building: dict[str, Any]) -> str:
    """How far a build is: what each service has told of what it has to tell, and whose findings are known."""
    services = [
        f"{name} {each['position']}/{each['head']}" for name, each in building["services"].items() if each["head"]
    ]
    checked = [f"{building['checked']} checked"] if building["checked"] else []
    return f"Building generation {building['generation']}: " + ", ".join([str(building["phase"]), *services, *checked])
