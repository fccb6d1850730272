"""``check``: a gate for pipelines, for people or in the forms that their tools read."""

from typing import TYPE_CHECKING, Annotated, Any, Literal
from xml.etree import ElementTree

import typer

from services.cli.health import FINDINGS, SEVERITIES, Severity, show
from services.cli.session import FAILED, Session, command
from services.cli.tables import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.contracts.views.nodes import Finding

Json = dict[str, Any]
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "none"}
"""What SARIF calls a severity."""


@command
async def check(
    session: Session,
    max_severity: Annotated[Severity, typer.Option(help="The worst that is let through.")] = "high",
    format: Annotated[
        Literal["text", "junit", "sarif"], typer.Option(help="For people, or as JUnit XML or SARIF 2.1.0.")
    ] = "text",
) -> None:
    """A gate for pipelines: exit 1 when an open finding without a waiver is worse than is let through."""
    import json

    from shared import typed
    from shared.contracts.views.nodes import Finding

    worse = SEVERITIES[SEVERITIES.index(max_severity) + 1 :]
    found = [
        item
        for severity in reversed(worse)
        async for item in typed.items(session.client, Finding, FINDINGS, severity=severity, waived=False)
        if not item.value.pending
    ]
    values = [item.value for item in found]
    if format == "junit":
        typer.echo(junit(values))
    elif format == "sarif":
        typer.echo(json.dumps(sarif(values), indent=2, ensure_ascii=False))
    else:
        show(session, found)
    session.say(f"{len(found)} findings are worse than {max_severity}.")
    if found:
        raise typer.Exit(FAILED)


def junit(found: "Sequence[Finding]") -> str:
    """A suite with a failed case for each finding; with none, a case that passed."""
    suite = ElementTree.Element(
        "testsuite", name="plumbline", tests=str(max(1, len(found))), failures=str(len(found)), errors="0"
    )
    for each in found:
        case = ElementTree.SubElement(suite, "testcase", classname=each.rule, name=f"{_subject(each)}: {each.title}")
        failure = ElementTree.SubElement(case, "failure", type=each.severity, message=clean(each.sentence))
        failure.text = clean(f"{each.remedy}\nsince {each.since.date()}, finding {each.id}")
    if not found:
        ElementTree.SubElement(suite, "testcase", classname="plumbline", name="no finding is worse than is let through")
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def sarif(found: "Sequence[Finding]") -> Json:
    """SARIF 2.1.0: a finding is at a logical location, since it stands in no file."""
    from shared.config import RELEASE

    rules = {each.rule: each for each in found}
    driver = {
        "name": "Plumbline",
        "semanticVersion": RELEASE,
        "rules": [
            {"id": id, "shortDescription": {"text": each.title}, "help": {"text": each.remedy}}
            for id, each in rules.items()
        ],
    }
    places = [*rules]
    results = [
        {
            "ruleId": each.rule,
            "ruleIndex": places.index(each.rule),
            "level": _LEVELS[each.severity],
            "message": {"text": each.sentence},
            "locations": [{"logicalLocations": [{"fullyQualifiedName": _subject(each), "kind": each.subject.kind}]}],
            "partialFingerprints": {"findingId/v1": each.id},
        }
        for each in found
    ]
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return {"$schema": schema, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _subject(found: "Finding") -> str:
    return clean(f"{found.subject.kind}/{found.subject.key or found.subject.id}")
