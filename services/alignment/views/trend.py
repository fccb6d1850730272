"""How the score has gone: at equal steps between two moments, and at the baselines in between."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from services.alignment import baselines
from services.alignment.judge.forecast import Turned
from services.alignment.queries.counts import tallies
from services.alignment.queries.nodes import first_recorded
from services.alignment.queries.snapshot import Moment
from services.alignment.views.sheet import shown
from services.alignment.views.weighing import sheet_from
from shared.clock import before, rfc3339

MOST_POINTS = 60
_MOST_BASELINES = 20
_MOST_SETTINGS = 50
_USUAL = timedelta(days=90)
Json = dict[str, Any]


async def trend(moment: Moment, start: datetime | None, points: int, grace: timedelta) -> Json:
    """Up to this moment, from ``start`` on; or from 90 days before, or when the first change of all was recorded."""
    end = moment.as_of or moment.at
    if start is None:
        start = max(before(end, _USUAL), min(await first_recorded(moment) or end, end))
    named: dict[datetime, list[Any]] = defaultdict(list)
    for row in await baselines.within(moment.connection, start, end, _MOST_BASELINES):
        named[row.at].append({"key": row.key, "name": row.name})
    step = (end - start) / (points - 1)
    instants = sorted({*(start + number * step for number in range(points - 1)), end, *named})
    series = []
    async for each, counts in tallies(moment, instants):
        sheet = await sheet_from(each, counts, Turned(), grace)
        series.append(
            {
                "at": rfc3339(each.at),
                "index": shown(sheet.index),
                "capped": sheet.capped,
                "known": sheet.known,
                "dimensions": {name: shown(one.value) for name, one in sheet.dimensions.items()},
                "baselines": named.get(each.at, []),
            }
        )
        await asyncio.sleep(0)  # SQLite never waits by itself, and others want to be served
    turned = [
        {"at": rfc3339(each.at), "rule": each.rule, "setting": each.key}
        for each in moment.settings.between(start, end)[-_MOST_SETTINGS:]
    ]
    return {"from": rfc3339(start), "to": rfc3339(end), "points": series, "settings": turned}
