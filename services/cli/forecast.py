"""``forecast``: what is going to happen until a day, as a calendar."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import refs
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.calendar import Calendar, Entry


@command
async def forecast(
    session: Session,
    until: Annotated[str, typer.Option("--until", help="The last day, such as 2027-01-01.")],
    each: Annotated[bool, typer.Option("--all", help="Also what only begins or ends, and harms nobody.")] = False,
) -> None:
    """What is going to happen until a day if nobody changes anything: findings that open and close."""
    from shared import typed
    from shared.contracts.views.calendar import Calendar

    last = refs.valid(until)
    answer = await typed.read(session.client, Calendar, "/alignment/v1/forecast", until=last)
    session.show(answer.document, lambda: _calendar(answer.value, everything=each))


def _calendar(answer: "Calendar", *, everything: bool) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, counted, table

    shown = [entry for entry in answer.items if everything or entry.finding]
    parts: list[RenderableType] = [table(("on", "", "what", "", "finding"), map(_row, shown))]
    if left := len(answer.items) - len(shown):
        parts.append(cell(f"{counted(left, 'thing')} that only begin, end or move are not shown: --all"))
    if answer.hidden:
        parts.append(cell(f"{answer.hidden} more are not shown: ask until an earlier day."))
    return Group(*parts)


def _row(entry: "Entry") -> tuple[object, ...]:
    from services.cli.tables import ref

    if entry.finding:
        found = entry.finding
        return entry.at.date(), entry.event, ref(found.subject), found.severity, f"{found.rule} {found.title}"
    assert entry.node is not None
    return entry.at.date(), entry.event, ref(entry.node), f"to {entry.to}" if entry.to else "", ""
