"""What each change brought about: the findings that came up, and those that were resolved, at its very instant."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from services.alignment.judge.findings import COUNTED
from services.alignment.models import FINDING
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment
from services.alignment.views.found import told
from shared.storage.rows import every

MOST_OF_ONE = 20
Json = dict[str, Any]


async def brought(moment: Moment, instants: Collection[datetime]) -> dict[datetime, Json]:
    """By instant, the worst first, of ``opened`` and ``resolved`` at most ``MOST_OF_ONE`` each; ``more`` says how many
    there are besides. No owner gives two of its changes the same instant; what two owners do at one is told of both."""
    came_up = FINDING.c.opened_at.in_(instants), FINDING.c.since == FINDING.c.opened_at
    went = FINDING.c.resolved_at.in_(instants), ~was_open(FINDING.c.resolved_at)
    opened = await _rows(moment, FINDING.c.opened_at, came_up)
    resolved = await _rows(moment, FINDING.c.resolved_at, went)
    nodes = await briefs(moment, {row.subject for row in (*opened, *resolved)})
    found: dict[datetime, Json] = {at: {"opened": [], "resolved": [], "more": 0} for at in instants}
    for name, rows in (("opened", opened), ("resolved", resolved)):
        for row in rows:
            done = found[row.at]
            done[name].append(told(moment.rules, row) | {"subject": nodes[row.subject]})
            if row.place == 1:
                done["more"] += max(0, row.number - MOST_OF_ONE)
    return found


async def _rows(moment: Moment, at: Any, conditions: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    """Those of each instant that are shown, with the ``number`` of all of them."""
    order = FINDING.c.severity.desc(), FINDING.c.rule, FINDING.c.subject, FINDING.c.id
    place = func.row_number().over(partition_by=at, order_by=order).label("place")
    number = func.count().over(partition_by=at).label("number")
    columns = (FINDING.c.id, FINDING.c.rule, FINDING.c.subject, FINDING.c.severity, at.label("at"))
    mine = FINDING.c.generation == moment.generation, FINDING.c.severity > COUNTED, *conditions
    each = select(*columns, place, number).where(*mine).subquery()
    query = select(each).where(each.c.place <= MOST_OF_ONE).order_by(each.c.at, each.c.place)
    return await every(await moment.connection.execute(query))


def was_open(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """In another interval of the same finding."""
    then = FINDING.alias()
    same = and_(then.c.generation == FINDING.c.generation, then.c.id == FINDING.c.id, then.c.severity > COUNTED)
    return exists().where(same, then.c.opened_at <= at, then.c.resolved_at > at)
