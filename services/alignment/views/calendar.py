"""What is going to happen until a day with what is known now, in its order: what opens and closes, begins and ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.alignment.queries.due import turning
from services.alignment.queries.nodes import brief, briefs
from services.alignment.queries.snapshot import Moment
from services.alignment.views.scenarios import told_of, worst_first
from services.alignment.views.valid_time import turned
from shared.clock import rfc3339

Json = dict[str, Any]
MOST = 500
"""Things of each sort that are looked at."""


async def calendar(moment: Moment, grace: timedelta) -> Json:
    """Of a moment whose valid time is the last day. Raises Invalid where too much turns until then."""
    start = moment.asked_at or moment.at
    changed = await turned(moment)
    opens = worst_first(each for each in changed.come.values() if each.opened_at > start)
    closes = worst_first(each for id, each in changed.gone.items() if id not in changed.come)
    told_opens, more = await told_of(moment, opens, {}, grace)
    told_closes, more_closes = await told_of(moment, closes, {}, grace)
    rows = await turning(moment, start, moment.at, MOST + 1)
    nodes = await briefs(moment, {version.ref for version in changed.moved})
    items = [_entry(each["since"], "opens", finding=each) for each in told_opens]
    items += [_entry(rfc3339(changed.ended.get(each["id"], moment.at)), "closes", finding=each) for each in told_closes]
    items += [
        _entry(rfc3339(version.recorded_at), "moves", node=nodes[version.ref], to=version.state)
        for version in changed.moved
    ]
    moved = {(version.ref, version.recorded_at) for version in changed.moved}
    for row in rows[:MOST]:
        items += [
            _entry(rfc3339(at), what, node=brief(moment, row))
            for at, what in _turns(row, start, moment.at)
            if (row.ref, at) not in moved
        ]
    items.sort(key=lambda each: (each["at"], each["event"], _about(each)))
    hidden = more + more_closes + max(0, len(rows) - MOST)
    return {"from": rfc3339(start), "until": rfc3339(moment.at), "items": items, "hidden": hidden}


def _turns(row: Any, start: datetime, until: datetime) -> Iterator[tuple[datetime, str]]:
    for at, what in ((row.valid_from, "begins"), (row.valid_to, "ends")):
        if at is not None and start < at <= until:
            yield at, what


def _entry(
    at: str, event: str, *, finding: Json | None = None, node: Json | None = None, to: str | None = None
) -> Json:
    return {"at": at, "event": event, "finding": finding, "node": node, "to": to}


def _about(item: Json) -> str:
    node = item["node"] or item["finding"]["subject"]
    return f"{node['kind']}/{node['id']}"
