"""The report of ``apply`` and ``import``, for people and for programs."""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType

from services.cli.spoken import Names, differing, spoken
from services.cli.tables import cell, table
from shared.interchange.outcome import Fields, Leaving, Outcome, Report
from shared.interchange.records import Record

_FEW, _NAMED = 25, 3
MOST = 50
"""Lines of each part; ``--all`` shows those that are left out."""
_TOLD = ("retyped", "returned", "pruned", "released")
_WRITES = ("created", "changed")
_ALWAYS = (*_WRITES, "unchanged", "unmapped", "duplicates", "refused")
"""What the last line has also at 0."""


def data(report: Report) -> dict[str, Any]:
    changed = [outcome for outcome in report.outcomes if outcome.fields and outcome.action != "refused"]
    return {
        "dry_run": report.dry_run,
        "read": report.read,
        "beside": dict(report.beside),
        "came_to": report.came_to,
        **{action: report.count(action) for action in ("created", "changed", "unchanged")},
        "noted": report.noted,
        "drafts": dict(report.drafts),
        "kept": [_entry(outcome, outcome.kept) for outcome in report.outcomes if outcome.kept],
        "unnamed": dict(report.unnamed),
        "unmapped": dict(report.unmapped),
        "duplicates": dict(report.duplicates),
        "joined": dict(report.joined),
        "related": {" ".join(told): count for told, count in report.fallen.items()},
        "notes": report.notes,
        "left_out": dict(report.left_out),
        "refused": [refusal._asdict() for refusal in report.refused],
        **{
            action: [_named(outcome.record) for outcome in report.outcomes if outcome.action == action]
            for action in _TOLD
        },
        "left": [{**_named(leaving.record), "resting": leaving.resting} for leaving in report.left],
        "doubles": [_named(record) for record in report.doubles],
        "drifting": report.drifting,
        "changes": [{"action": outcome.action, **_entry(outcome, outcome.fields)} for outcome in changed],
    }


def _named(record: Record) -> dict[str, Any]:
    return {"kind": record.kind.name, "id": record.id, "label": record.label}


def _entry(outcome: Outcome, fields: Fields) -> dict[str, Any]:
    shown = {name: {"there": there, "source": source} for name, (there, source) in fields.items()}
    return {**_named(outcome.record), "fields": shown}


def render(report: Report, *, everything: bool = False) -> RenderableType:
    """What there is in all at the end, and where that is far away at the beginning too; of each part so many lines."""
    most = sys.maxsize if everything else MOST
    parts = [*_parts(report, most)]
    long = sum(outcome.action != "unchanged" for outcome in report.outcomes) + len(report.refused) > _FEW
    head = [cell(_summary(report)), cell("")] if long else []
    return Group(*head, *parts, cell(_summary(report)))


def _parts(report: Report, most: int) -> Iterator[RenderableType]:
    yield from _diff(report, most)
    if report.kept:
        yield from _fields(
            "Kept, because somebody changed it here since", report.kept, ("here", "source"), most, _names(report)
        )
    if report.refused:
        yield table(("refused", "type", "reason"), report.refused[:most])
        yield from _more(len(report.refused), most)
    yield from map(cell, _some(report.drifting, most))
    yield from map(cell, _identity(report, most))
    for title, counter in (
        ("unmapped", report.unmapped),
        ("duplicates", report.duplicates),
        ("unnamed", report.unnamed),
        ("joined into others", report.joined),
        ("only related, as no relation fits", Counter({" ".join(told): n for told, n in report.fallen.items()})),
        ("left out", report.left_out),
    ):
        if counter:
            yield cell(f"{title}: {_counts(counter)}")


def _diff(report: Report, most: int) -> Iterator[RenderableType]:
    """What becomes of each thing: a dry run says the same as the run."""
    signs = {"created": "+", "retyped": "+", "returned": "+", "pruned": "-"}
    for action, sign in signs.items():
        lines = [
            f"{sign} {outcome.record.kind.name} {outcome.record.label}"
            for outcome in report.outcomes
            if outcome.action == action
        ]
        yield from map(cell, _some(lines, most))
    changed = [(outcome.record, outcome.fields) for outcome in report.outcomes if outcome.action == "changed"]
    if changed:
        yield from _fields(
            "Would change" if report.dry_run else "Changed", changed, ("from", "to"), most, _names(report)
        )


def _names(report: Report) -> Names:
    own = [outcome.record for outcome in report.outcomes if not outcome.record.kind.is_link]
    return {**report.names, **{record.id: record.label for record in own}}


def _identity(report: Report, most: int) -> Iterator[str]:
    """What became of elements that are not as they were, by name."""
    for record, action, _, _, reason, _ in report.outcomes:
        if action == "retyped":
            yield f"retyped: {record.label} is {record.kind.one} now, and takes the place of {reason}"
        elif action == "returned":
            yield f"returned: {record.label} is a new one in the place of {reason}, which had left the file"
        elif action == "released":
            yield f"left the file: {record.label}, and stays: another source has it too"
    yield from _left(report, most)
    if report.drafts:
        kinds = _counts(report.drafts)
        begin = "Would begin as drafts, and not be live" if report.dry_run else "Begun as drafts, and not live yet"
        yield (
            f"{begin}: {kinds}. plumbline move KIND/KEY STATE takes one further. What is in use already is registered "
            "so from the start: with state in its spec, or all of it with --found."
        )
    if report.noted:
        noted = "Would be noted" if report.dry_run else "Noted"
        yield f"{noted} as held by this source too: {report.noted} unchanged. That makes a new version of each, once."
    if report.doubles:
        some = ", ".join(record.label for record in report.doubles[:3])
        yield f"{len(report.doubles)} look like doubles of what is there by name ({some}); --match name joins them."
    yield from _some(report.notes, most)


def _left(report: Report, most: int) -> Iterator[str]:
    """Of a source without a name in one line: it may be another file's that has none."""
    if report.left and report.nameless:
        labels = [leaving.record.label for leaving in report.left]
        more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
        yield (
            f"Brought without a name before, and not in it: {', '.join(labels[:_NAMED])}{more}. It stays; --prune "
            "retires what is not in it. Give each of several bundles a name of its own with --source."
        )
    elif report.left:
        yield from _some([f"left the file: {each.record.label}{_resting(each)}" for each in report.left], most)
        yield "What left the file stays as it is; --prune retires it."


def _resting(leaving: Leaving) -> str:
    if not leaving.resting:
        return ""
    more = f" and {len(leaving.resting) - 3} more" if len(leaving.resting) > 3 else ""
    return f" (what rests on it: {', '.join(leaving.resting[:3])}{more})"


def _some(lines: list[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"and {len(lines) - most} more (--all shows them)"


def _more(count: int, most: int) -> Iterator[RenderableType]:
    yield from map(cell, [f"and {count - most} more (--all shows them)"] if count > most else [])


def _fields(
    title: str, entries: list[tuple[Any, Fields]], columns: tuple[str, str], most: int, names: Names
) -> Iterator[RenderableType]:
    rows = [
        (record.label, name, *(spoken(each, names) for each in differing(*values)))
        for record, fields in entries
        for name, values in fields.items()
    ]
    yield table(("what", "member", *columns), rows[:most], title=title)
    yield from _more(len(rows), most)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{type} {count}" for type, count in sorted(counter.items()))


def _summary(report: Report) -> str:
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
