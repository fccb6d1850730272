"""What changed between two moments: every version that was recorded in between, by whom and by which event; findings
that opened and closed; and the score before and after."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, select, tuple_

from services.alignment.models import FINDING, RECORD
from services.alignment.queries.nodes import brief, briefs, split
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views import findings
from services.alignment.views.brought import brought, was_open
from services.alignment.views.score import score
from shared import clock
from shared.clock import rfc3339
from shared.contracts.base import reason_given
from shared.contracts.events import EventId
from shared.http import pagination

_ENDS = ("source", "target")
_MOST_FINDINGS, _LOOKED_AT, _MOST_DAYS = 500, 5000, 60
_UNTOLD = {"version", "updated_at", "updated_by", "created_at", "created_by", "id", "kind", "provenance"}
Json = dict[str, Any]


async def diff(
    after: Moment,
    start: datetime,
    limit: int,
    cursor: str | None,
    grace: timedelta,
    *,
    newest_first: bool = False,
    summary: bool = True,
) -> Json:
    """``items`` in the order in which they were recorded, or the newest first; ``findings`` that are ``opened`` or
    ``resolved`` at the later moment and were not at the earlier one; ``score`` then and now; ``days`` with how much was
    recorded on each. These three are the ``summary``."""
    end = after.as_of or after.at
    items, next_cursor = await _changes(after, start, end, limit, cursor, newest_first=newest_first)
    told = {"from": rfc3339(start), "to": rfc3339(end), "items": items, "next_cursor": next_cursor}
    if not summary:
        return told | {"findings": None, "score": None, "days": []}
    scores = [await score(moment, grace) for moment in (after.past_one(start), after)]
    return told | {
        "findings": await _findings(after, start, end, grace),
        "score": {"from": scores[0]["index"], "to": scores[1]["index"]},
        "days": await _days(after, start, end),
    }


async def _days(moment: Moment, start: datetime, end: datetime) -> list[Json]:
    """The last days of the time between, those without a change left out."""
    if start >= end:
        return []
    midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
    begins = [
        clock.before(midnight, timedelta(days=number)) for number in range(min((end - start).days + 2, _MOST_DAYS))
    ]
    since = max(start, begins[-1])
    day = case(*((RECORD.c.recorded_from >= at, number) for number, at in enumerate(begins)), else_=len(begins))
    within = RECORD.c.recorded_from > since, RECORD.c.recorded_from <= end
    each = select(day.label("day")).where(RECORD.c.generation == moment.generation, *within).subquery()
    rows = await moment.connection.execute(select(each.c.day, func.count().label("number")).group_by(each.c.day))
    counts = {row.day: row.number for row in rows if row.day < len(begins)}
    return [{"day": begins[at].date().isoformat(), "changes": counts[at]} for at in sorted(counts, reverse=True)]


async def _changes(
    moment: Moment, start: datetime, end: datetime, limit: int, cursor: str | None, *, newest_first: bool
) -> tuple[list[Json], str | None]:
    """Versions that were recorded after the one moment and until the other, each beside the one before it, with what it
    brought about."""
    then = RECORD.alias()
    same = and_(
        then.c.generation == RECORD.c.generation,
        then.c.ref == RECORD.c.ref,
        then.c.epoch == RECORD.c.epoch,
        then.c.version == RECORD.c.version - 1,
    )
    versions = select(RECORD, then.c.data.label("before"), then.c.deleted.label("was_deleted")).outerjoin(then, same)
    versions = versions.where(
        RECORD.c.generation == moment.generation, RECORD.c.recorded_from > start, RECORD.c.recorded_from <= end
    )
    order = [RECORD.c.recorded_from, RECORD.c.ref, RECORD.c.version]

    async def read(cursor: str | None, most: int) -> tuple[list[tuple[Json, int, str]], str | None]:
        query = pagination.after(versions.limit(most + 1), order, cursor, descending=newest_first)
        rows, following = pagination.page((await moment.connection.execute(query)).all(), order, most)
        ends = await briefs(moment, (ref_of(row.data[end]) for row in rows if row.kind == "link" for end in _ENDS))
        done = await brought(moment, (row.recorded_from for row in rows))
        items = [
            (_change(moment, row, ends) | {"findings": done[row.recorded_from]}, pagination.place(row, order))
            for row in rows
            if row.recorded_from in done
        ]
        if len(items) < len(rows):  # the others brought about more than there was room for
            following = items[-1][1]
        return [(item, pagination.size(item), place) for item, place in items], following

    return await pagination.filled(read, limit, cursor)


def _change(moment: Moment, row: Any, ends: Mapping[str, Json]) -> Json:
    kind, id = split(row.ref)
    before = None if row.was_deleted else row.before
    return {
        "event": str(EventId(kind, id, row.epoch, row.version)),
        "action": "deleted" if row.deleted else "created" if before is None else "changed",
        "at": rfc3339(row.recorded_from),
        "by": row.actor,
        "reason": reason_given(None if row.deleted else before, row.data),
        **_subject(moment, row, ends),
        "changes": _members(before or {}, row.data) if not row.deleted else [],
    }


def _subject(moment: Moment, row: Any, ends: Mapping[str, Json]) -> Json:
    """The node, or the link with its type and ends."""
    if row.kind != "link":
        return {"node": brief(moment, row), "link": None}
    joined = {end: ends[ref_of(row.data[end])] for end in _ENDS}
    return {"node": None, "link": {"id": split(row.ref)[1], "type": row.data["type"], **joined, "state": row.state}}


def _members(before: Json, after: Json) -> list[Json]:
    return [
        {"member": name, "from": before.get(name), "to": value}
        for name, value in after.items()
        if name not in _UNTOLD and value != before.get(name) and (before or value not in (None, [], {}))
    ]


async def _findings(after: Moment, start: datetime, end: datetime, grace: timedelta) -> Json:
    """Those that were open at one of the two moments and not at the other."""
    lasting = {
        "opened": (FINDING.c.resolved_at > end, ~was_open(start)),
        "resolved": (FINDING.c.since <= start, ~was_open(FINDING.c.resolved_at), ~was_open(end)),
    }
    told: Json = {}
    for name, conditions in lasting.items():
        latest = _latest(after, f"{name}_at", start, end)
        among = tuple_(FINDING.c.id, FINDING.c.opened_at).in_(latest.limit(_LOOKED_AT))
        some = await findings.chosen(after, (among, *conditions), _MOST_FINDINGS + 1, grace)
        unseen = (await after.connection.execute(latest.offset(_LOOKED_AT).limit(1))).one_or_none()
        told |= {name: some[:_MOST_FINDINGS], f"more_{name}": unseen is not None or len(some) > _MOST_FINDINGS}
    return told


def _latest(moment: Moment, column: str, start: datetime, end: datetime) -> Select[Any]:
    """What changed between the moments, the last first: an index has them in this order."""
    each = FINDING.alias()
    within = each.c.generation == moment.generation, each.c[column] > start, each.c[column] <= end
    return select(each.c.id, each.c.opened_at).where(*within).order_by(each.c[column].desc())
