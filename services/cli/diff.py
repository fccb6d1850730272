"""``diff``: what changed between two moments, for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import refs
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.client import Client
    from shared.contracts.views.diff import Change, ChangedMember, Diff

_VIEW = "/alignment/v1"
_SHORT = 30


@command
async def diff(
    session: Session,
    since: Annotated[str, typer.Option("--from", help="The earlier moment: a date, a time or a baseline's key.")],
    until: Annotated[str | None, typer.Option("--to", help="The later one, likewise; else now.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every line, however many there are.")] = False,
) -> None:
    """What changed between two moments, by whom and by which event; which findings opened and closed; and the score."""
    from shared import typed
    from shared.contracts.views.diff import Change, Diff

    path = f"{_VIEW}/diff"
    between = {"from": await refs.moment(session.client, since), "to": await refs.moment(session.client, until)}
    answer = await typed.read(session.client, Diff, path, **between, limit=1)
    items = [each async for each in typed.items(session.client, Change, path, **between, summary="false")]
    document = answer.document | {"items": [each.document for each in items]}
    most = len(items) + _EVERY if everything else _MOST
    changes = [each.value for each in items]
    said = {} if session.json else await _sentences(session.client, changes[:most])
    session.show(document, lambda: _diff(answer.value, changes, said, most))


_MOST, _EVERY = 50, 1000
"""Lines of a part, and more than findings of a diff."""


async def _sentences(client: "Client", items: "Sequence[Change]") -> Mapping[str, str]:
    """By event what became of the steps of a plan, in words."""
    from services.cli.statement import Names, turned

    names, said = Names(client), dict[str, str]()
    for item in items:
        for change in item.changes:
            if item.node and (item.node.kind, change.member) == ("plan", "steps"):
                before, after = [await names.steps(steps or ()) for steps in (change.from_, change.to)]
                said[item.event] = f"steps: {'; '.join(line for line in turned(before, after) if line[0] != ' ')}"
    return said


def _diff(answer: "Diff", items: "Sequence[Change]", said: Mapping[str, str], most: int) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, label
    from shared.clock import rfc3339

    rows = [
        (rfc3339(item.at), item.by, item.action, _what(item), _members(item, said), _brought(item)) for item in items
    ]
    assert answer.findings is not None, "it is in the summary, which is asked for"
    assert answer.score is not None
    opened, resolved = answer.findings.opened, answer.findings.resolved
    between = (("opened", opened), ("resolved", resolved))
    found = [(name, each.rule, label(each.subject), each.title) for name, some in between for each in some]
    scores = [("–" if score is None else str(int(score))) for score in (answer.score.from_, answer.score.to)]
    came, went = (
        f"{len(some)}{' or more' if more else ''}"
        for some, more in ((opened, answer.findings.more_opened), (resolved, answer.findings.more_resolved))
    )
    return Group(
        cell(f"{len(rows)} changes, {came} findings opened, {went} resolved. Score: {scores[0]}, then {scores[1]}"),
        *_first(("when", "who", "did", "what", "members", "findings"), rows, most),
        *_first(("finding", "rule", "subject", "what is wrong"), found, most),
    )


def _first(columns: Sequence[str], rows: Sequence[tuple[str, ...]], most: int) -> "Iterator[RenderableType]":
    """The first rows of a table, and how many more there are."""
    from services.cli.tables import cell, table

    if rows:
        yield table(columns, rows[:most])
    if len(rows) > most:
        yield cell(f"and {len(rows) - most} more (--all shows them)")


def _what(item: "Change") -> str:
    from services.cli.tables import label

    if item.node:
        return label(item.node)
    return f"{label(item.link.source)} {item.link.type} {label(item.link.target)}" if item.link else ""


def _members(item: "Change", said: Mapping[str, str]) -> str:
    """What changed; what a plan decides on also where it is new."""
    changed = [each for each in item.changes if item.action == "changed" and each.member != "state_reason"]
    turns = [_change(each) for each in changed if each.member != "steps" or item.event not in said]
    return "; ".join(filter(None, (*turns, said.get(item.event), item.reason)))


def _brought(item: "Change") -> str:
    """``+V04 -P01``: what came up, and what was resolved."""
    from services.cli.tables import came_and_went

    opened, resolved = ([each.rule for each in some] for some in (item.findings.opened, item.findings.resolved))
    told = came_and_went(opened, resolved)
    more = f"{'at least ' if item.findings.at_least else ''}{item.findings.more}"
    return " ".join([*told, *([] if more == "0" else [f"and {more} more"])])


def _change(change: "ChangedMember") -> str:
    """From what to what, where both are short enough to be read in a line."""
    before, after = change.from_, change.to
    short = all(not isinstance(value, list | dict) and len(str(value)) <= _SHORT for value in (before, after))
    return f"{change.member} {_told(before)} -> {_told(after)}" if short else change.member


def _told(value: Any) -> str:
    return "none" if value is None else str(value)
