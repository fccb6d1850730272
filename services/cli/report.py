"""The report of ``apply`` and ``import``, for people and for programs."""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType

from services.cli.spoken import spoken
from services.cli.tables import cell, table
from shared.interchange.outcome import Fields, Leaving, Report
from shared.interchange.spoken import Names, differing
from shared.interchange.telling import counts, names, summary

_FEW, _NAMED = 25, 3
MOST = 50
"""Lines of each part; ``--all`` shows those that are left out."""


def render(report: Report, *, everything: bool = False) -> RenderableType:
    """What there is in all at the end, and where that is far away at the beginning too; of each part so many lines."""
    most = sys.maxsize if everything else MOST
    parts = [*_parts(report, most)]
    long = sum(outcome.action != "unchanged" for outcome in report.outcomes) + len(report.refused) > _FEW
    head = [cell(summary(report)), cell("")] if long else []
    return Group(*head, *parts, cell(summary(report)))


def _parts(report: Report, most: int) -> Iterator[RenderableType]:
    yield from _diff(report, most)
    if report.kept:
        yield from _fields(
            "Kept, because somebody changed it here since", report.kept, ("here", "source"), most, names(report)
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
            yield cell(f"{title}: {counts(counter)}")


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
            "Would change" if report.dry_run else "Changed", changed, ("from", "to"), most, names(report)
        )


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
        kinds = counts(report.drafts)
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
