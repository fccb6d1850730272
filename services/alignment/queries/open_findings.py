"""Which findings are open at a moment about what a view shows: a hole, a violation or a lack is one of these."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from services.alignment.models import FINDING
from services.alignment.queries.snapshot import Moment, of_generation, open_findings
from shared.clock import FOREVER
from shared.storage.arrays import any_of, chunks
from shared.storage.rows import every

MOST = 2000


async def open_about(
    moment: Moment, subjects: Sequence[str], rules: Sequence[str], most: int = MOST
) -> tuple[list[Any], int]:
    """The rows of findings of these rules about these subjects, worst first, and how many more there are."""
    query = _open_about(past=moment.past)
    found: list[Any] = []
    total = 0
    for some in chunks(sorted(subjects)):
        given = {"subjects": some, "rules": rules}
        rows = await every(await moment.execute(query.limit(most), **given))
        found += rows
        if len(rows) < most:
            total += len(rows)
        else:
            counted = select(func.count()).select_from(query.order_by(None).subquery())
            total += (await moment.execute(counted, **given)).scalar_one()
    found.sort(key=lambda row: (-row.severity, row.rule, row.subject, row.id))
    return found[:most], total - min(len(found), most)


@cache
def _open_about(*, past: bool) -> Select[Any]:
    # at or after its end instead of at it: PostgreSQL takes one instant for rare, and would look through all open ones
    is_open = open_findings(past=True) if past else of_generation(FINDING) & (FINDING.c.resolved_at >= FOREVER)
    about = any_of(FINDING.c.subject, "subjects"), FINDING.c.rule.in_(bindparam("rules", expanding=True))
    shown = FINDING.c.severity >= 0  # what is only counted has none
    order = FINDING.c.severity.desc(), FINDING.c.rule, FINDING.c.subject, FINDING.c.id
    return select(FINDING).where(is_open, *about, shown).order_by(*order)
