"""``findings``, ``score`` and ``check``: what is wrong, how much it weighs, and whether that is too much."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli import refs
from services.cli.refs import AsOf
from services.cli.session import FAILED, Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

SEVERITIES = ("info", "low", "medium", "high", "critical")
Severity = Literal["info", "low", "medium", "high", "critical"]
Json = dict[str, Any]


@command
async def findings(
    session: Session,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only of this rule, such as V04.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_of: AsOf = None,
) -> None:
    """What is wrong, worst first."""
    found = []
    asked = {"limit": min(limit, 200), "severity": severity, "rule": rule}
    asked["as_of"] = await refs.moment(session.client, as_of)
    async for item in session.client.items("/alignment/v1/findings", **asked):
        found.append(item)
        if len(found) == limit:
            session.say(f"Only the first {limit} are shown: ask for more with --limit.")
            break
    session.show(found, lambda: _table(found))


def _table(found: list[Json]) -> "RenderableType":
    from services.cli.tables import table

    return table(("severity", "rule", "subject", "name", "finding", "since"), map(_row, found))


def _row(finding: Json) -> tuple[Any, ...]:
    subject = finding["subject"]
    severity = "pending" if finding.get("pending") else finding["severity"]
    ref = f"{subject['kind']}/{subject.get('key') or subject['id']}"
    since = str(finding.get("since") or "")[:10]
    return severity, finding["rule"], ref, subject.get("name"), finding.get("title"), since


@command
async def score(session: Session, as_of: AsOf = None) -> None:
    """How well things line up, by dimension, and the fixes worth most."""
    answer = await session.client.get_json("/alignment/v1/score", as_of=await refs.moment(session.client, as_of))
    session.show(answer, lambda: _score(answer))


def _score(answer: Json) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, table

    index = "no subjects yet" if answer["index"] is None else f"{answer['index']:g} of 100"
    rows = [(d["dimension"], d["raw"], d.get("with_waivers")) for d in answer["dimensions"]]
    parts: list[RenderableType] = [cell(f"Score: {index}"), table(("dimension", "raw", "with waivers"), rows)]
    fixes = [(f"+{fix['gain']:g}", fix["rule"], fix["title"], fix["remedy"]) for fix in answer.get("fixes", ())]
    if fixes:
        parts.append(table(("gain", "rule", "finding", "remedy"), fixes, title="Worth mending first"))
    return Group(*parts)


@command
async def check(
    session: Session,
    max_severity: Annotated[Severity, typer.Option(help="The worst that is let through.")] = "high",
) -> None:
    """A gate for pipelines: exit 1 when an open finding without a waiver is worse than is let through."""
    worse = SEVERITIES[SEVERITIES.index(max_severity) + 1 :]
    found = [
        item
        for severity in reversed(worse)
        async for item in session.client.items("/alignment/v1/findings", severity=severity)
        if not item.get("pending") and not item.get("waiver")
    ]
    session.show(found, lambda: _table(found))
    session.say(f"{len(found)} findings are worse than {max_severity}.")
    if found:
        raise typer.Exit(FAILED)
