"""``impact``: who loses something if a thing fails or goes, what to review if it changes, and whom to ask."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import refs
from services.cli.paths import Subject
from services.cli.refs import AsOf, Everything, ValidAt
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

Json = dict[str, Any]


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
    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, subject, at)
    path, given = f"/alignment/v1/impact/{ref}", refs.included(valid_at, everything=everything)
    answer = await session.client.get_json(path, depth=depth, as_of=at, **given)
    session.show(answer, lambda: _impact(answer))


def _impact(answer: Json) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, label, left_out, table

    subject = label(answer["subject"])
    at_risk, related = answer["at_risk"], [row for row in answer["to_review"] if _is_related(row)]
    review = [row for row in answer["to_review"] if not _is_related(row)]
    asked = [
        (label(each["node"]), _as_what(each), ", ".join(label(party) for party in each["holders"]))
        for each in answer["to_ask"]
    ]
    parts: list[RenderableType] = [cell(f"At risk if {subject} fails or goes: {_summary(answer)}.")]
    parts += [table(("steps", "at risk", "by"), _rows(at_risk))] if at_risk else []
    parts += [cell(f"To review if it changes: {len(review)}.")]
    parts += [table(("steps", "to review", "by"), _rows(review))] if review else []
    parts += [cell(f"Related: {', '.join(label(row['node']) for row in related)}")] if related else []
    parts += [table(("to ask", "as", "held by"), asked)] if asked else []
    parts += [cell(f"and {answer['hidden']} relations not followed")] if answer["hidden"] else []
    return Group(*parts, *left_out(answer["left_out"]))


def _is_related(row: Json) -> bool:
    return bool(row["path"][0]["type"] == "relates_to")


def _summary(answer: Json) -> str:
    """How many things, and of those the customers and contracts."""
    if not answer["at_risk"]:
        return "nothing"
    people = sum(row["size"] or 0 for row in answer["customers"])
    groups = f"{len(answer['customers'])} customer groups" + (f" of {people} people" if people else "")
    return f"{len(answer['at_risk'])}, among them {groups} and {len(answer['contracts'])} contracts"


def _rows(items: Iterable[Json]) -> list[tuple[int, str, str]]:
    from services.cli.tables import label

    return [(row["distance"], _sized(label(row["node"]), row), _way(row["path"])) for row in items]


def _sized(text: str, row: Json) -> str:
    return f"{text} ({row['size']} people)" if row["size"] else text


def _way(path: list[Json]) -> str:
    return " < ".join(step["type"] for step in path)


def _as_what(each: Json) -> str:
    """The letters of RACI, and whether it owns something."""
    return " ".join([*(["owner"] if each["owns"] else []), *(["".join(each["letters"])] if each["letters"] else [])])
