"""What each change brought about: the findings that came up, and those that were resolved, at its very instant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, exists, select

from services.alignment.judge.findings import COUNTED
from services.alignment.models import FINDING
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment
from services.alignment.views.found import told
from shared.storage.rows import every

MOST_OF_ONE, LOOKED_AT = 20, 5000
"""Findings of one change that are named, and findings of all changes that are looked at, of either sort."""
_SORTS = {"opened": "opened_at", "resolved": "resolved_at"}
"""By sort the column of the instant at which it happens."""
Json = dict[str, Any]
ByInstant = Mapping[datetime, Sequence[Any]]


async def brought(moment: Moment, instants: Iterable[datetime]) -> dict[datetime, Json]:
    """By instant, the worst first, of ``opened`` and ``resolved`` at most ``MOST_OF_ONE`` each; ``more`` says how many
    there are besides. Where they are too many to be looked at, of the first instants only, as they are given; where
    those of one instant are, of some of them: ``at_least`` says so. No owner gives two of its changes the same instant;
    what two owners do at one is told of both."""
    some = [*dict.fromkeys(instants)]
    while True:
        read = {name: await _read(moment, column, some) for name, column in _SORTS.items()}
        whole = all(is_whole for _, is_whole in read.values())
        if whole or len(some) <= 1:
            break
        some = some[: len(some) // 2]
    by_sort = {name: rows for name, (rows, _) in read.items()}
    named = {row.subject for rows in by_sort.values() for at in rows for row in rows[at][:MOST_OF_ONE]}
    nodes = await briefs(moment, named)

    def first(rows: Sequence[Any]) -> list[Json]:
        return [told(moment.rules, row) | {"subject": nodes[row.subject]} for row in rows[:MOST_OF_ONE]]

    def of(at: datetime) -> Json:
        done = {name: rows.get(at, ()) for name, rows in by_sort.items()}
        more = sum(len(rows[MOST_OF_ONE:]) for rows in done.values())
        return {**{name: first(rows) for name, rows in done.items()}, "more": more, "at_least": not whole}

    return {at: of(at) for at in some}


async def _read(moment: Moment, at: str, instants: Sequence[datetime]) -> tuple[ByInstant, bool]:
    """The findings to which it happened at these instants, worst first; and whether all were looked at."""
    if not instants:
        return {}, True
    # a range: SQLite takes one instant for many rows, since what is open has one end, and would go through all
    columns = [FINDING.c[name] for name in ("generation", "id", "rule", "subject", "severity", "since", "opened_at")]
    theirs = FINDING.c.generation == moment.generation, FINDING.c[at].between(min(instants), max(instants))
    each = select(*columns, FINDING.c[at].label("at")).where(*theirs).limit(LOOKED_AT + 1).subquery()
    # the first of its intervals that adjoin, or the last
    is_it = each.c.since == each.c.opened_at if at == "opened_at" else ~was_open(each.c.at, each)
    query = select(each, and_(each.c.severity > COUNTED, is_it).label("counts"))
    rows = await every(await moment.connection.execute(query))
    found = defaultdict[datetime, list[Any]](list)
    for row in sorted(rows[:LOOKED_AT], key=lambda row: (-row.severity, row.rule, row.subject, row.id)):
        if row.counts:
            found[row.at].append(row)
    return found, len(rows) <= LOOKED_AT


def was_open(at: datetime | ColumnElement[datetime], finding: FromClause = FINDING) -> ColumnElement[bool]:
    """In another interval of the same finding."""
    then = FINDING.alias()
    same = and_(then.c.generation == finding.c.generation, then.c.id == finding.c.id, then.c.severity > COUNTED)
    return exists().where(same, then.c.opened_at <= at, then.c.resolved_at > at)
