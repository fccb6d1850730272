"""What is wrong with the view itself: asked of its tables as they are now, and of no past moment."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from services.alignment.handling import waived
from services.alignment.judge.catalogue.view import GAP_SECONDS, LAG_SECONDS, OF_THE_VIEW, WAIVED_PERCENT
from services.alignment.models import AHEAD, FINDING, GENERATION, PROGRESS, WAIVER
from services.alignment.queries.snapshot import Moment
from services.alignment.view import dead_letters
from services.alignment.views.valid_time import turned
from services.alignment.views.weighing import sheet_of
from shared.clock import FOREVER
from shared.storage.arrays import any_of, chunks

Json = dict[str, Any]
_RULES = {each.id: each for each in OF_THE_VIEW}
_LATELY = timedelta(days=366)
"""A waiver that ended longer ago is forgotten, as none lasts longer."""
_NAMED, _MOST = 10, 1_000
_GAPS = (
    select(AHEAD.c.service, func.min(AHEAD.c.position).label("next"), PROGRESS.c.position)
    .join(PROGRESS, (PROGRESS.c.generation == AHEAD.c.generation) & (PROGRESS.c.service == AHEAD.c.service))
    .where(AHEAD.c.generation == bindparam("at"))
    .group_by(AHEAD.c.service, PROGRESS.c.position)
)
_HEALING = select(GENERATION.c.reason).where(GENERATION.c.status == "building", GENERATION.c.reason.is_not(None))
_EXPIRED = (
    select(WAIVER.c.finding_id)
    .where(WAIVER.c.state == "active", WAIVER.c.valid_to <= bindparam("now"), WAIVER.c.valid_to > bindparam("since"))
    .order_by(WAIVER.c.valid_to.desc(), WAIVER.c.id)
    .limit(_MOST)
)
_OPEN = select(FINDING.c.id, FINDING.c.rule).where(
    FINDING.c.generation == bindparam("at"), FINDING.c.resolved_at == FOREVER, any_of(FINDING.c.id, "ids")
)


async def doubts(moment: Moment, lags: Mapping[str, float], grace: timedelta) -> list[Json]:
    """``lags`` says of each service how many seconds of it the view lacks. In the order of the rules."""
    connection, mine = moment.connection, {"at": moment.generation}
    found = [_told("M01", service=name, seconds=lag) for name, lag in sorted(lags.items()) if lag > LAG_SECONDS]
    gaps = [row for row in await connection.execute(_GAPS, mine) if lags.get(row.service, 0) > GAP_SECONDS]
    found += [_told("M02", service=row.service, after=row.position, next=row.next) for row in gaps]
    found += [_told("M03", reason=reason) for reason in (await connection.execute(_HEALING)).scalars()]
    if letters := await dead_letters.count(connection):
        found.append(_told("M04", dead_letters=letters))
    return [*found, *await _of_waivers(moment, grace)]


async def _of_waivers(moment: Moment, grace: timedelta) -> list[Json]:
    now, told = moment.at, list[Json]()
    expired = (await moment.connection.execute(_EXPIRED, {"now": now, "since": now - _LATELY})).scalars()
    holding = await waived(moment.connection, now, now)
    if still := await _open(moment, {str(id) for id in expired} - holding):
        told.append(_told("M05", waivers=len(still), findings=sorted(still)[:_NAMED]))
    if by_rule := Counter((await _open(moment, holding)).values()):
        coverages = (await sheet_of(moment, await turned(moment), grace)).coverages
        for rule, number in sorted(by_rule.items()):
            subjects = coverages[rule].subjects if rule in coverages else 0
            if 100 * number > WAIVED_PERCENT * subjects:
                told.append(_told("M06", rule=rule, waived=number, subjects=subjects))
    return told


async def _open(moment: Moment, ids: Iterable[str]) -> dict[str, str]:
    """Those of some findings that are open, with their rules."""
    found: dict[str, str] = {}
    for some in chunks(sorted(ids)):
        rows = await moment.connection.execute(_OPEN, {"at": moment.generation, "ids": some})
        found |= {row.id: row.rule for row in rows}
    return found


def _told(id: str, /, **evidence: Any) -> Json:
    doubt = _RULES[id]
    return {**doubt._asdict(), "severity": doubt.severity.name, "evidence": evidence}
