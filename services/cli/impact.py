"""``impact``: who loses something if a thing fails or goes, what to review if it changes, and whom to ask."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import refs
from services.cli.paths import Subject
from services.cli.refs import AsOf, Everything, ValidAt
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.impact import Asked, Hit, Impact


@command
async def impact(
    session: Session,
    subject: Subject,
    depth: Annotated[int, typer.Option(min=1, max=10, help="How many steps away.")] = 10,
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    everything: Everything = False,
) -> None:
    """Who loses something if it fails or goes, what to review if it changes, and whom to ask before."""
    from shared import typed
    from shared.contracts.views.impact import Impact

    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, subject, at)
    given = {"depth": depth, "as_of": at, **refs.included(valid_at, everything=everything)}
    answer = await typed.read(session.client, Impact, f"/alignment/v1/impact/{ref}", **given)
    session.show(answer.document, lambda: _impact(answer.value))


def _impact(answer: "Impact") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, label, left_out, table

    related = [hit for hit in answer.to_review if _is_related(hit)]
    review = [hit for hit in answer.to_review if not _is_related(hit)]
    asked = [(label(each.node), _as_what(each), ", ".join(map(label, each.holders))) for each in answer.to_ask]
    parts: list[RenderableType] = [cell(f"At risk if {label(answer.subject)} fails or goes: {_summary(answer)}.")]
    parts += [table(("steps", "at risk", "by"), _rows(answer.at_risk))] if answer.at_risk else []
    parts += [cell(f"To review if it changes: {len(review)}.")]
    parts += [table(("steps", "to review", "by"), _rows(review))] if review else []
    parts += [cell(f"Related: {', '.join(label(hit.node) for hit in related)}")] if related else []
    parts += [table(("to ask", "as", "held by"), asked)] if asked else []
    parts += [cell(f"and {answer.hidden} relations not followed")] if answer.hidden else []
    return Group(*parts, *left_out(answer.left_out))


def _is_related(hit: "Hit") -> bool:
    return hit.path[0].type == "relates_to"


def _summary(answer: "Impact") -> str:
    """How many things, and of those the customers and contracts."""
    from services.cli.tables import counted

    if not answer.at_risk:
        return "nothing"
    people = sum(hit.size or 0 for hit in answer.customers)
    groups = counted(len(answer.customers), "customer group") + (f" of {people} people" if people else "")
    return f"{len(answer.at_risk)}, among them {groups} and {counted(len(answer.contracts), 'contract')}"


def _rows(hits: "Iterable[Hit]") -> list[tuple[int, str, str]]:
    """How far away, what, and the way to it."""
    from services.cli.tables import label

    return [(hit.distance, label(hit.node) + (f" ({hit.size} people)" if hit.size else ""), _way(hit)) for hit in hits]


def _way(hit: "Hit") -> str:
    return " < ".join(step.type for step in hit.path)


def _as_what(each: "Asked") -> str:
    """The letters of RACI, and whether it owns something."""
    return " ".join([*(["owner"] if each.owns else []), *(["".join(each.letters)] if each.letters else [])])
