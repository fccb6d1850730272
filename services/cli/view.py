"""``status``, ``rebuild`` and ``dead-letters``: the view itself, how far it is, how to make it anew, and what it could
not read."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.endpoint import Unusable
from services.cli.session import FAILED, Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.status import Building, Status
    from shared.typed import Answer

_STATUS = "/alignment/v1/status"
_LETTERS = "/alignment/v1/dead-letters"
_MOST_LETTERS = 200
_PAUSE = 0.2


@command
async def status(session: Session) -> None:
    """How far the view is behind each service."""
    answer = await _status(session)
    session.show(answer.document, lambda: _table(answer.document))


async def _status(session: Session) -> "Answer[Status]":
    from shared import typed
    from shared.contracts.views.status import Status

    return await typed.read(session.client, Status, _STATUS)


def _table(answer: dict[str, Any]) -> "RenderableType":
    from services.cli.tables import table

    return table(("status", "value"), [*_rows("", answer)])


def _rows(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield name, "; ".join(f"{each['id']} {each['title']}: {_shown(each['evidence'])}" for each in value) or "none"
    elif isinstance(value, dict):
        for part, inner in value.items():
            yield from _rows(f"{name} {part}".strip(), inner)
    else:
        yield name, "none" if value is None else value


def _shown(evidence: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in evidence.items())


@command
async def rebuild(
    session: Session,
    patience: Annotated[float, typer.Option("--timeout", min=1, help="Seconds to wait for the switch.")] = 600,
) -> None:
    """Build the view anew from everything recorded, beside the running one, and wait for the switch."""
    from shared import typed
    from shared.contracts.views.status import Rebuild

    path = "/alignment/v1/rebuilds"
    number = typed.of(Rebuild, path, await session.client.send("POST", path)).value.generation
    with session.err.status(f"Building generation {number}") as shown:
        answer = await _switched(session, number, time.monotonic() + patience, shown.update)
    session.show(answer.document, lambda: _table(answer.document))
    if answer.value.generation != number:
        session.say(f"Generation {number} did not take over; {answer.value.generation} still answers.")
        raise typer.Exit(FAILED)


async def _switched(
    session: Session, generation: int, deadline: float, tell: Callable[[str], None]
) -> "Answer[Status]":
    """The status once the generation answers, or once nobody builds it any more, or when time is up."""
    while True:
        answer = await _status(session)
        building = answer.value.building
        is_building = building is not None and building.generation == generation
        if answer.value.generation == generation or building is None or not is_building or time.monotonic() > deadline:
            return answer
        tell(_far(building))
        await asyncio.sleep(_PAUSE)


def _far(building: "Building") -> str:
    """How far a build is: the positions that have been read of each service."""
    services = [f"{name} {each.position}/{each.head}" for name, each in building.services.items() if each.head]
    return f"Building generation {building.generation}: " + ", ".join([str(building.phase), *services])


@command
async def dead_letters(
    session: Session,
    forget: Annotated[int | None, typer.Option(min=0, help="Forget the one with this number.")] = None,
    reason: Annotated[str, typer.Option(help="Why it is forgotten; kept in the audit.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=_MOST_LETTERS, help="At most so many.")] = 100,
) -> None:
    """Messages that could not be read or confirmed, the newest first; or forget one that was dealt with."""
    from services.cli.tables import table
    from shared import typed
    from shared.contracts.views.status import DeadLetterPage

    if forget is not None:
        if not reason.strip():
            raise Unusable("Say why it is forgotten, with --reason.")
        await session.client.send("DELETE", f"{_LETTERS}/{forget}", reason=reason.strip())
        return session.say(f"Number {forget} is forgotten.")
    answer = await typed.read(session.client, DeadLetterPage, _LETTERS, limit=limit)
    rows = [(each.id, each.at, each.source, each.error) for each in answer.value.items]
    session.show(answer.document, lambda: table(("number", "put aside", "where it lay", "what is wrong"), rows))
    if answer.value.next_cursor:
        session.say(f"These are the newest {len(rows)}.")
    return None
