"""What each change brought about: the findings that came up, and those that were resolved, at its very instant."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select

from services.alignment.judge.findings import COUNTED
from services.alignment.models import FINDING
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment
from services.alignment.views.found import told

MOST_OF_ALL, MOST_OF_ONE = 1000, 20
Json = dict[str, Any]
_NOTHING: Json = {"opened": [], "resolved": [], "more": 0}


async def brought(moment: Moment, instants: Collection[datetime]) -> dict[datetime, Json]:
    """By instant, the worst first, of ``opened`` and ``resolved`` at most ``MOST_OF_ONE`` each; ``more`` says how many
    there are besides, as far as they were counted. Owners give no two of their changes the same instant."""
    came_up = FINDING.c.opened_at.in_(instants), FINDING.c.since == FINDING.c.opened_at
    went = FINDING.c.resolved_at.in_(instants), ~was_open(FINDING.c.resolved_at)
    opened = await _rows(moment, FINDING.c.opened_at, came_up)
    resolved = await _rows(moment, FINDING.c.resolved_at, went)
    found = {at: {**_NOTHING} for at in instants}
    shown: dict[tuple[datetime, str], list[Any]] = defaultdict(list)
    for name, rows in (("opened", opened), ("resolved", resolved)):
        for row in rows:
            if len(shown[row.at, name]) < MOST_OF_ONE:
                shown[row.at, name].append(row)
            else:
                found[row.at]["more"] += 1
    nodes = await briefs(moment, {row.subject for rows in shown.values() for row in rows})
    for (at, name), rows in shown.items():
        found[at][name] = [told(moment.rules, row) | {"subject": nodes[row.subject]} for row in rows]
    return found


async def _rows(moment: Moment, at: Any, conditions: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    columns = (FINDING.c.id, FINDING.c.rule, FINDING.c.subject, FINDING.c.severity, at.label("at"))
    mine = select(*columns).where(FINDING.c.generation == moment.generation, FINDING.c.severity > COUNTED, *conditions)
    worst = mine.order_by(FINDING.c.severity.desc(), FINDING.c.rule, FINDING.c.subject, FINDING.c.id)
    return (await moment.connection.execute(worst.limit(MOST_OF_ALL))).all()


def was_open(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """In another interval of the same finding."""
    then = FINDING.alias()
    same = and_(then.c.generation == FINDING.c.generation, then.c.id == FINDING.c.id, then.c.severity > COUNTED)
    return exists().where(same, then.c.opened_at <= at, then.c.resolved_at > at)
