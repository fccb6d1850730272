"""What counts at a moment, and what of it fails: read once, for the score and for what a finding is worth."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from services.alignment.judge.forecast import Turned
from services.alignment.models import FINDING, RECORD
from services.alignment.queries.counts import USUAL_CRITICALITY, Counts
from services.alignment.queries.snapshot import Moment
from services.alignment.views.sheet import Sheet
from services.alignment.views.valid_time import left, tallied, weighed
from shared.clock import before

PENDING = "D01"


def is_pending(rule: str, since: datetime, at: datetime, grace: timedelta) -> bool:
    """A reference may arrive before what it refers to: for a while that is no fault."""
    return rule == PENDING and at - since < grace


async def sheet_of(moment: Moment, changed: Turned, grace: timedelta) -> Sheet:
    """``changed`` is what the valid time changes."""
    return await sheet_from(moment, await tallied(moment, changed), changed, grace)


async def sheet_from(moment: Moment, counts: Counts, changed: Turned, grace: timedelta) -> Sheet:
    """The same from what has been counted."""
    open_ = Counter({key[1:]: number for key, number in counts.items() if key[0] == "finding"})
    if any(name == PENDING and number > 0 for (name, _), number in open_.items()):
        open_.subtract(await _pending(moment, changed, grace))
    return await asyncio.to_thread(Sheet, moment.rules, counts, open_)


async def _pending(moment: Moment, changed: Turned, grace: timedelta) -> Counts:
    """Of the findings that began lately, by rule and criticality, those that are no fault yet."""
    lately = before(moment.latest, grace)
    come = [each for each in changed.come.values() if is_pending(each.rule, each.since, moment.latest, grace)]
    query = (
        select(FINDING.c.rule, func.coalesce(RECORD.c.criticality, USUAL_CRITICALITY))
        .join(RECORD, and_(RECORD.c.ref == FINDING.c.subject, moment.recorded(RECORD)))
        .where(moment.open_findings(), FINDING.c.rule == PENDING)
        # what came up lately has no interval that began before
        .where(FINDING.c.opened_at > lately, FINDING.c.since > lately)
    )
    if moment.only is not None:
        query = query.where(RECORD.c.models.in_(sorted(moment.only)))
    query, gone = left(query, changed)
    pending = Counter(tuple(row) for row in await moment.execute(query, **gone))
    pending.update({key[1:]: number for key, number in (await weighed(moment, come)).items()})
    return pending
