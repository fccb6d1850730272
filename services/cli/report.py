"""The report of ``apply`` and ``import``, for people and for programs."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType

from services.cli.tables import cell, clean, table
from shared.interchange.sync import Fields, Outcome, Report

_LONGEST = 60


def data(report: Report) -> dict[str, Any]:
    changed = [outcome for outcome in report.outcomes if outcome.fields and outcome.action != "refused"]
    return {
        "dry_run": report.dry_run,
        "read": report.read,
        **{action: report.count(action) for action in ("created", "changed", "unchanged")},
        "kept": [_entry(outcome, outcome.kept) for outcome in report.outcomes if outcome.kept],
        "unnamed": dict(report.unnamed),
        "unmapped": dict(report.unmapped),
        "duplicates": dict(report.duplicates),
        "refused": [refusal._asdict() for refusal in report.refused],
        "pruned": [_named(outcome) for outcome in report.outcomes if outcome.action == "pruned"],
        "changes": [{"action": outcome.action, **_entry(outcome, outcome.fields)} for outcome in changed],
    }


def _named(outcome: Outcome) -> dict[str, Any]:
    record = outcome.record
    return {"kind": record.kind.name, "id": record.id, "label": record.label}


def _entry(outcome: Outcome, fields: Fields) -> dict[str, Any]:
    shown = {name: {"there": there, "source": source} for name, (there, source) in fields.items()}
    return {**_named(outcome), "fields": shown}


def render(report: Report) -> RenderableType:
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    if report.dry_run:
        yield from _diff(report)
    if report.kept:
        yield _fields("Kept, because somebody changed it here since", report.kept, ("here", "source"))
    if report.refused:
        yield table(("refused", "type", "reason"), report.refused)
    for title, counter in (
        ("unmapped", report.unmapped),
        ("duplicates", report.duplicates),
        ("unnamed", report.unnamed),
    ):
        if counter:
            yield cell(f"{title}: {_counts(counter)}")
    yield cell(_summary(report))


def _diff(report: Report) -> Iterator[RenderableType]:
    signs = {"created": "+", "pruned": "-"}
    for outcome in report.outcomes:
        if sign := signs.get(outcome.action):
            yield cell(f"{sign} {outcome.record.kind.name} {outcome.record.label}")
    changed = [(outcome.record, outcome.fields) for outcome in report.outcomes if outcome.action == "changed"]
    if changed:
        yield _fields("Would change", changed, ("from", "to"))


def _fields(title: str, entries: list[tuple[Any, Fields]], columns: tuple[str, str]) -> RenderableType:
    rows = [
        (record.label, name, _short(there), _short(source))
        for record, fields in entries
        for name, (there, source) in fields.items()
    ]
    return table(("what", "member", *columns), rows, title=title)


def _short(value: Any) -> str:
    text = clean(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{type} {count}" for type, count in sorted(counter.items()))


def _summary(report: Report) -> str:
    would = "would be " if report.dry_run else ""
    counts = ", ".join(f"{report.count(action)} {would}{action}" for action in ("created", "changed"))
    rest = {
        "unchanged": report.count("unchanged"),
        "kept": len(report.kept),
        "unmapped": report.unmapped.total(),
        "duplicates": report.duplicates.total(),
        "refused": len(report.refused),
    }
    pruned = f", {report.count('pruned')} {would}retired" if report.count("pruned") else ""
    return f"{report.read} read: {counts}, " + ", ".join(f"{count} {name}" for name, count in rest.items()) + pruned
