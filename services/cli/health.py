"""``findings`` and ``score``: what is wrong, and how much it weighs."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.refs import AsOf, Foreseen
from services.cli.session import Session, command

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import RenderableType

    from shared.contracts.views.findings import FindingGroup, Gain
    from shared.contracts.views.nodes import Affects, Finding
    from shared.contracts.views.score import Fix, Score, Trend
    from shared.typed import Answer

FINDINGS = "/alignment/v1/findings"
SEVERITIES = ("info", "low", "medium", "high", "critical")
Severity = Literal["info", "low", "medium", "high", "critical"]
Json = dict[str, Any]
Source = Annotated[str | None, typer.Option(help="Only of what came from this model or bundle.")]
_NAMED = 3
"""Subjects of a group that are named."""
M = TypeVar("M", bound="BaseModel")


@command
async def findings(
    session: Session,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only of this rule, such as V04.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only about this, as KIND/KEY.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only about things of this kind.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of what this party or role owns, as party/KEY.")] = None,
    dimension: Annotated[str | None, typer.Option(help="Only what counts in this dimension of the score.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only about what has this tag.")] = None,
    text: Annotated[
        str | None, typer.Option(help="Only with this in the subject's name or the finding's title.")
    ] = None,
    source: Source = None,
    mine: Annotated[
        bool, typer.Option("--mine", help="Only where it is your move: yourself, by a role, or by a team.")
    ] = False,
    waived: Annotated[
        bool | None, typer.Option("--waived/--no-waived", help="Only those that are waived, or that are not.")
    ] = None,
    worth: Annotated[bool, typer.Option("--worth", help="What settling is worth most first, not the gravest.")] = False,
    each: Annotated[bool, typer.Option("--each", help="One by one, not by what brought them about.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_of: AsOf = None,
    valid_at: Foreseen = None,
) -> None:
    """What is wrong, by what brought it about, with what settling it is worth; the worst first."""
    from shared.contracts.views.findings import FindingGroup
    from shared.contracts.views.nodes import Finding

    asked: Json = {
        "severity": severity,
        "rule": rule,
        "source": source,
        "valid_at": refs.valid(valid_at),
        "waived": waived,
        "mine": "true" if mine else None,
        "kind": refs.kind_of(kind).name if kind else None,
        "dimension": dimension,
        "tag": tag,
        "q": text,
    }
    asked["as_of"] = await refs.moment(session.client, as_of)
    for name, ref in (("subject", subject), ("owner", owner)):
        asked[name] = await refs.path(session.client, ref, asked["as_of"]) if ref else None
    if each:
        show(session, await _first(session, Finding, FINDINGS, limit, asked))
        return
    groups = await _first(
        session, FindingGroup, f"{FINDINGS}/groups", limit, asked | ({"sort": "gain"} if worth else {})
    )
    if unseen := sum(group.value.unseen for group in groups):
        session.say(f"The gravest were looked at; {unseen} more are only counted: --rule shows those of one rule.")
    session.show([group.document for group in groups], lambda: _groups([group.value for group in groups]))


async def _first(session: Session, model: "type[M]", path: str, limit: int, asked: Json) -> "list[Answer[M]]":
    from shared import typed

    found: list[Answer[M]] = []
    async for item in typed.items(session.client, model, path, limit=min(limit, 200), **asked):
        if len(found) == limit:
            session.say(f"Only the first {limit} are shown: ask for more with --limit.")
            break
        found.append(item)
    return found


def _groups(groups: "list[FindingGroup]") -> "RenderableType":
    from services.cli.tables import table

    columns = ("severity", "rule", "finding", "of", "gain", "because of", "affects", "first", "remedy")
    return table(columns, map(_group, groups))


def _group(group: "FindingGroup") -> tuple[Any, ...]:
    from services.cli.tables import ref

    because = group.cause.source or (ref(group.cause.node) if group.cause.node else "")
    first = ", ".join(ref(each.subject) for each in group.first[:_NAMED])
    more = f" and {group.findings - _NAMED} more" if group.findings > _NAMED else ""
    severity = "pending" if group.pending == group.findings else group.severity
    number = f"{group.findings} ({group.waived} waived)" if group.waived else group.findings
    told = severity, group.rule, group.title, number, _gain(group.gain), because
    return *told, _affects(group.affects), f"{first}{more}", group.remedy


def _affects(affects: "Affects | None") -> str:
    return "" if affects is None else f"{affects.things}{'+' if affects.at_least else ''}"


def show(session: Session, found: "list[Answer[Finding]]") -> None:
    from services.cli.tables import table

    columns = ["severity", "rule", "subject", "name", "affects", "finding", "since"]
    if any(each.value.waiver for each in found):
        columns.append("waived")
    rows = (_row(each.value)[: len(columns)] for each in found)
    session.show([each.document for each in found], lambda: table(columns, rows))


def _row(finding: "Finding") -> tuple[Any, ...]:
    from services.cli.tables import ref

    severity = "pending" if finding.pending else finding.severity
    subject = finding.subject
    told = severity, finding.rule, ref(subject), subject.name, _affects(finding.affects)
    return *told, finding.title, finding.since.date(), f"until {finding.waiver.until.date()}" if finding.waiver else ""


@command
async def score(
    session: Session,
    source: Source = None,
    as_of: AsOf = None,
    valid_at: Foreseen = None,
    since: Annotated[
        str | None, typer.Option(help="How it has gone since then (RFC 3339, or a baseline's key), not what it is.")
    ] = None,
    points: Annotated[int, typer.Option(min=2, max=60, help="With --since: at how many equal steps.")] = 13,
) -> None:
    """How well things line up, by dimension, and the fixes worth most; or how that has gone."""
    from shared import typed
    from shared.contracts.views.score import Score, Trend

    at = await refs.moment(session.client, as_of)
    if since:
        for option, given in (("--valid-at", valid_at), ("--source", source)):
            if given:
                raise Unusable(f"{option} does not go with --since: how the score has gone is told of everything.")
        span: Json = {"from": await refs.moment(session.client, since), "to": at, "points": points}
        series = await typed.read(session.client, Trend, "/alignment/v1/score/trend", **span)
        session.show(series.document, lambda: _trend(series.value))
        return
    asked: Json = {"as_of": at, "valid_at": refs.valid(valid_at), "source": source}
    answer = await typed.read(session.client, Score, "/alignment/v1/score", **asked)
    session.show(answer.document, lambda: _score(answer.value))


def _trend(answer: "Trend") -> "RenderableType":
    from services.cli.tables import table

    names = [*answer.points[-1].dimensions]
    rows = (
        (
            f"{each.at:%Y-%m-%d %H:%M}",
            each.index,
            *(each.dimensions.get(name) for name in names),
            ", ".join(named.name for named in each.baselines),
        )
        for each in answer.points
    )
    return table(("recorded by", "index", *names, "baseline"), rows)


def _score(answer: "Score") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, counted, table

    index = "no subjects yet" if answer.index is None else f"{answer.index:g} of 100"
    if answer.capped:
        index += ", held down while something critical is wrong with something vital (criticality 5)"
    if answer.waived:
        index += f"; {answer.index_with_waivers:g} with {counted(answer.waived, 'waiver')}"
    rows = [(each.dimension, each.raw, each.with_waivers, _rise(each.trend)) for each in answer.dimensions]
    of = f" of what came from {answer.source}" if answer.source else ""
    parts: list[RenderableType] = [
        cell(f"Score{of}: {index}"),
        table(("dimension", "raw", "with waivers", "in 30 days"), rows),
    ]
    fixes = [_fix(fix) for fix in answer.fixes]
    if fixes:
        columns = ("gain", "rule", "subject", "finding", "of", "all", "remedy")
        parts.append(table(columns, fixes, title="Worth mending first"))
    return Group(*parts)


def _fix(fix: "Fix") -> tuple[Any, ...]:
    """What one act gains, and what all of its group would."""
    from services.cli.tables import ref

    return _gain(fix.gain), fix.rule, ref(fix.subject), fix.title, fix.findings, _gain(fix.group_gain), fix.remedy


def _gain(gain: "Gain") -> str:
    """What the index gains, or the dimension where the index does not: it may be held down."""
    figure = f"{gain.index:+.2f}" if gain.index or not gain.dimension else f"{gain.dimension:+.2f} in its dimension"
    return f"{figure}{' or more' if gain.at_least else ''}"


def _rise(points: float | None) -> str:
    return "" if points is None else f"{points:+g}"
