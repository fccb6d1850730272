"""What is to be told of a finding or of the score: how it is, held against how it was told to be. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.alignment.judge.fingerprint import FINGERPRINT
from services.alignment.judge.in_force import InForce
from services.alignment.judge.rule import Severity
from services.alignment.views.sheet import Sheet, shown
from shared.clock import rfc3339
from shared.contracts.findings import SCORE_ID

Json = dict[str, Any]


def opened(row: Any, waiver: Json | None, rules: InForce) -> Json:
    """A finding that is open, as an event has it, but for the number of its version."""
    kind, _, id = row.subject.partition("/")
    return {
        "kind": "finding",
        "id": row.id,
        "state": "open",
        "rule": row.rule,
        "title": rules[row.rule].title,
        "severity": Severity(row.severity).name,
        "subject": {"kind": kind, "id": id},
        "evidence": row.evidence,
        "opened_at": rfc3339(row.since),
        "resolved_at": None,
        "waiver": waiver,
    }


def resolved(before: Json, at: datetime | None) -> Json:
    """The same finding, mended; ``at`` is None where it turns out that it had never been so."""
    return before | {"state": "resolved", "resolved_at": rfc3339(at) if at else None, "waiver": None}


def action(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """What has happened to it since it was told of."""
    if now["state"] == "resolved":
        return "resolved"
    if before is None or before["state"] == "resolved" or before["opened_at"] != now["opened_at"]:
        return "opened"
    return "waived" if now["waiver"] and not before["waiver"] else "changed"


def changed(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    """The members that are other than they were told to be."""
    return [name for name, value in now.items() if before is None or before.get(name) != value]


def score_of(sheet: Sheet, at: datetime) -> Json:
    """The score of a moment, as an event has it, but for the number of its version."""
    return {
        "kind": "score",
        "id": str(SCORE_ID),
        "at": rfc3339(at),
        "index": shown(sheet.index),
        "capped": sheet.capped,
        "dimensions": {name: shown(each.value) for name, each in sheet.dimensions.items()},
        "rules_version": FINGERPRINT,
    }


def says_otherwise(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    """Whether a figure is another one. They are shown in tenths, so it has changed by one or more; before there is
    anything to measure there is nothing to tell."""
    if before is None:
        return now["index"] is not None
    return any(before[name] != now[name] for name in ("index", "capped", "dimensions"))
