"""The report of what was brought in, as a document for programs and for pages, and its sum in one line."""

import sys
from collections import Counter
from typing import Any

from shared.interchange.outcome import Fields, Outcome, Report
from shared.interchange.records import Record
from shared.interchange.spoken import Names

_TOLD = ("retyped", "returned", "pruned", "released")
_WRITES = ("created", "changed")
_ALWAYS = (*_WRITES, "unchanged", "unmapped", "duplicates", "refused")
"""What the last line has also at 0."""


def data(report: Report, most: int = sys.maxsize) -> dict[str, Any]:
    """Of each list at most so many, of changes so many of what was there, first, and of what is new; ``more`` says how
    many are left out of which."""
    by_action = {action: [each for each in report.outcomes if each.action == action] for action in _TOLD}
    changed = [each for each in report.outcomes if each.fields and each.action != "refused"]
    by_age = [[each for each in changed if (each.action == "changed") is there] for there in (True, False)]
    kept = [each for each in report.outcomes if each.kept]
    lists: dict[str, list[Any]] = {
        "kept": [_entry(each, each.kept) for each in kept[:most]],
        "notes": report.notes[:most],
        "refused": [refusal._asdict() for refusal in report.refused[:most]],
        **{action: [_instead(each) for each in found[:most]] for action, found in by_action.items()},
        "left": [{**_named(each.record), "resting": each.resting[:most]} for each in report.left[:most]],
        "doubles": [_named(record) for record in report.doubles[:most]],
        "drifting": report.drifting[:most],
        "changes": [{"action": each.action, **_entry(each, each.fields)} for some in by_age for each in some[:most]],
    }
    whole = {"kept": kept, "changes": changed, **by_action}
    more = {name: len(whole.get(name, getattr(report, name, ()))) - len(some) for name, some in lists.items()}
    return {
        "dry_run": report.dry_run,
        "read": report.read,
        "beside": dict(report.beside),
        "came_to": report.came_to,
        **{action: report.count(action) for action in ("created", "changed", "unchanged")},
        "noted": report.noted,
        "drafts": dict(report.drafts),
        "unnamed": dict(report.unnamed),
        "unmapped": dict(report.unmapped),
        "duplicates": dict(report.duplicates),
        "joined": dict(report.joined),
        "related": {" ".join(told): count for told, count in report.fallen.items()},
        "left_out": dict(report.left_out),
        **lists,
        "more": {name: number for name, number in more.items() if number},
    }


def _named(record: Record) -> dict[str, Any]:
    return {"kind": record.kind.name, "id": record.id, "label": record.label}


def _instead(outcome: Outcome) -> dict[str, Any]:
    """With what it takes the place of, where it does."""
    return _named(outcome.record) | ({"instead_of": outcome.reason} if outcome.reason else {})


def _entry(outcome: Outcome, fields: Fields) -> dict[str, Any]:
    shown = {name: {"there": there, "source": source} for name, (there, source) in fields.items()}
    return {**_named(outcome.record), "fields": shown}


def names(report: Report) -> Names:
    """What an id is called, as far as the report speaks of it."""
    own = [outcome.record for outcome in report.outcomes if not outcome.record.kind.is_link]
    return {**report.names, **{record.id: record.label for record in own}}


def counts(counter: Counter[str]) -> str:
    return ", ".join(f"{type} {count}" for type, count in sorted(counter.items()))


def summary(report: Report) -> str:
    """Numbers that add up: what was read and came beside it, then what became of that, then what is counted in it
    already or was not in the file."""
    would = "would be " if report.dry_run else ""
    beside = " and ".join(
        f"{count} {what.removesuffix('s') if count == 1 else what}" for what, count in sorted(report.beside.items())
    )
    became = [
        f"{count} {would if name in _WRITES else ''}{name}"
        for name, count in report.came_to.items()
        if count or name in _ALWAYS
    ]
    further = {
        "left": 0 if report.nameless else len(report.left),
        f"{would}retired": report.count("pruned"),
        "not to be retired": report.staying,
    }
    told = [f"{len(report.kept)} kept", *(f"{count} {name}" for name, count in further.items() if count)]
    return f"{report.read} read{beside and f', {beside} beside'}: {', '.join(became)}; {', '.join(told)}"
