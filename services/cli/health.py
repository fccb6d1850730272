"""``findings``, ``score`` and ``check``: what is wrong, how much it weighs, and whether that is too much."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli import refs
from services.cli.refs import AsOf, Foreseen
from services.cli.session import FAILED, Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.findings import Gain
    from shared.contracts.views.nodes import Finding
    from shared.contracts.views.score import Fix, Score
    from shared.typed import Answer

_FINDINGS = "/alignment/v1/findings"
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
    valid_at: Foreseen = None,
) -> None:
    """What is wrong, worst first."""
    from shared import typed
    from shared.contracts.views.nodes import Finding

    found: list[Answer[Finding]] = []
    asked: Json = {"limit": min(limit, 200), "severity": severity, "rule": rule, "valid_at": valid_at}
    asked["as_of"] = await refs.moment(session.client, as_of)
    async for item in typed.items(session.client, Finding, _FINDINGS, **asked):
        found.append(item)
        if len(found) == limit:
            session.say(f"Only the first {limit} are shown: ask for more with --limit.")
            break
    _show(session, found)


def _show(session: Session, found: "list[Answer[Finding]]") -> None:
    from services.cli.tables import table

    columns = ("severity", "rule", "subject", "name", "affects", "finding", "since")
    session.show([each.document for each in found], lambda: table(columns, (_row(each.value) for each in found)))


def _row(finding: "Finding") -> tuple[Any, ...]:
    subject = finding.subject
    severity = "pending" if finding.pending else finding.severity
    ref = f"{subject.kind}/{subject.key or subject.id}"
    affects = finding.affects and f"{finding.affects.things}{'+' if finding.affects.at_least else ''}"
    return severity, finding.rule, ref, subject.name, affects, finding.title, finding.since.date()


@command
async def score(session: Session, as_of: AsOf = None, valid_at: Foreseen = None) -> None:
    """How well things line up, by dimension, and the fixes worth most."""
    from shared import typed
    from shared.contracts.views.score import Score

    at = await refs.moment(session.client, as_of)
    answer = await typed.read(session.client, Score, "/alignment/v1/score", as_of=at, valid_at=valid_at)
    session.show(answer.document, lambda: _score(answer.value))


def _score(answer: "Score") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, table

    index = "no subjects yet" if answer.index is None else f"{answer.index:g} of 100"
    rows = [(each.dimension, each.raw, each.with_waivers) for each in answer.dimensions]
    parts: list[RenderableType] = [cell(f"Score: {index}"), table(("dimension", "raw", "with waivers"), rows)]
    fixes = [_fix(fix) for fix in answer.fixes]
    if fixes:
        columns = ("gain", "rule", "subject", "finding", "of", "all", "remedy")
        parts.append(table(columns, fixes, title="Worth mending first"))
    return Group(*parts)


def _fix(fix: "Fix") -> tuple[Any, ...]:
    """What one act gains, and what all of its group would."""
    subject = f"{fix.subject.kind}/{fix.subject.key or fix.subject.id}"
    return _gain(fix.gain), fix.rule, subject, fix.title, fix.findings, _gain(fix.group_gain), fix.remedy


def _gain(gain: "Gain") -> str:
    return f"{gain.index:+.2f}{' or more' if gain.at_least else ''}"


@command
async def check(
    session: Session,
    max_severity: Annotated[Severity, typer.Option(help="The worst that is let through.")] = "high",
) -> None:
    """A gate for pipelines: exit 1 when an open finding without a waiver is worse than is let through."""
    from shared import typed
    from shared.contracts.views.nodes import Finding

    worse = SEVERITIES[SEVERITIES.index(max_severity) + 1 :]
    found = [
        item
        for severity in reversed(worse)
        async for item in typed.items(session.client, Finding, _FINDINGS, severity=severity)
        if not item.value.pending and not item.document.get("waiver")
    ]
    _show(session, found)
    session.say(f"{len(found)} findings are worse than {max_severity}.")
    if found:
        raise typer.Exit(FAILED)
