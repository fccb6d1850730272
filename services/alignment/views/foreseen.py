"""Findings of another valid time beside those of the tables: as rows with their subjects, in their places on a page."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Column, Select, select

from services.alignment.judge.catalogue import SHOWN
from services.alignment.judge.findings import Finding
from services.alignment.judge.rule import Severity
from services.alignment.models import RECORD
from services.alignment.queries.nodes import BRIEF, TAGS
from services.alignment.queries.snapshot import Moment, recorded
from shared.contracts.base import searched
from shared.http import pagination
from shared.storage.arrays import any_of, chunks

_MATCHES: Mapping[str, Callable[[Any, Any], bool]] = {
    "severity": lambda row, value: row.severity == Severity[value],
    "kind": lambda row, value: row.subject.startswith(f"{value}/"),
    "rule": lambda row, value: row.rule == value,
    "subject": lambda row, value: row.subject == value,
    "owner": lambda row, value: row.owner == value,
    "move": lambda row, value: row.owner in value[0] or row.subject in value[1],
    "waived": lambda row, value: (row.id in value[1]) is value[0],
    "source": lambda row, value: f"\n{' '.join(value.split())}\n" in (row.models or ""),
    "dimension": lambda row, value: row.rule in value,
    "tag": lambda row, value: value in json.loads(row.tags or "[]"),
    "q": lambda row, value: searched(value[0]) in (row.folded or "") or row.rule in value[1],
}
"""Per filter what the statement of a page asks."""


DIMENSIONS = tuple(dict.fromkeys(rule.dimension for rule in SHOWN.values()))
"""Those of the score."""


def called(moment: Moment, text: str) -> list[str]:
    """The rules whose findings are called by words with this text, without case."""
    rules = moment.settings.base.shown.values()
    return sorted(rule.id for rule in rules if searched(text) in searched(f"{rule.id} {rule.title}"))


@cache
def _subjects(*, past: bool) -> Select[Any]:
    columns = *BRIEF, RECORD.c.folded, TAGS.label("tags")
    return select(*columns).where(recorded(RECORD, past=past), any_of(RECORD.c.ref, "refs"))


async def foreseen(moment: Moment, findings: Iterable[Finding], filters: Mapping[str, Any]) -> list[Any]:
    """As rows with the columns of their subjects, those that are asked for."""
    found, subjects = list(findings), dict[str, Any]()
    for some in chunks(sorted({each.subject for each in found})):
        subjects |= {row.ref: row for row in await moment.execute(_subjects(past=moment.past), refs=some)}
    rows = [
        SimpleNamespace(**subjects[each.subject]._mapping, **each._asdict())
        for each in found
        if each.subject in subjects
    ]
    return [row for row in rows if all(_MATCHES[name](row, value) for name, value in filters.items())]


class Laid:
    """A page in a falling order of columns, from a cursor up to the next one if there is one."""

    def __init__(self, order: Sequence[Column[Any]], cursor: str | None, next_cursor: str | None) -> None:
        self._names = [column.name for column in order]
        types = [column.type.python_type for column in order]
        self._next = next_cursor
        self._after = tuple(pagination.decode(cursor, types)) if cursor else None
        self._until = tuple(pagination.decode(next_cursor, types)) if next_cursor else None

    def _place(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self._names)

    def within(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those whose places are on the page."""
        return [
            each
            for each in findings
            if (self._after is None or self._place(each) < self._after)
            and (self._until is None or self._place(each) >= self._until)
        ]

    def over(self, rows: Iterable[Any], others: Iterable[Any], limit: int) -> tuple[list[Any], str | None]:
        """Both together, as many as a page may have, and the cursor of the next one."""
        found = sorted([*rows, *others], key=self._place, reverse=True)
        if len(found) <= limit:
            return found, self._next
        return found[:limit], pagination.encode(*self._place(found[limit - 1]))
