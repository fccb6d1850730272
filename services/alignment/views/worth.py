"""What a finding is worth: how much stands and falls with its subject, and what would be gained if it were closed. Both
are counted when they are read, and never stored in its row."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.alignment.judge.forecast import Turned
from services.alignment.queries.resting import Resting, resting
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views.closing import Found, closings, found_in
from services.alignment.views.weighing import sheet_of

Json = dict[str, Any]


async def with_affects(moment: Moment, items: Sequence[Json]) -> list[Json]:
    """The same findings, each with what it ``affects``: of an open one that stands for what rests on its subject, how
    many live things that are."""
    tops = {ref_of(item["subject"]) for item in items if _stands_for_others(moment, item) and item["subject"]["live"]}
    below = await resting(moment, tops) if tops else Resting({}, ())

    def with_theirs(item: Json) -> Json:
        return item | {"affects": _affects(item, below) if _stands_for_others(moment, item) else None}

    return await asyncio.to_thread(lambda: [*map(with_theirs, items)])


def _stands_for_others(moment: Moment, item: Json) -> bool:
    return moment.rules[item["rule"]].blames_top and bool(item["status"] == "open")


def _affects(item: Json, below: Resting) -> Json:
    """Nothing rests on what is not live."""
    things, more = below.on(ref_of(item["subject"])) if item["subject"]["live"] else (frozenset[str](), False)
    return {"things": len(things), "at_least": more}


async def weighed(moment: Moment, changed: Turned, items: Sequence[Json], grace: timedelta) -> list[Json]:
    """The same, each with its ``gain`` as well if it is open. ``changed`` is what the valid time changes."""
    some = [found_in(item) for item in items]
    closing = await closings(moment, changed, await sheet_of(moment, changed, grace), some)

    def with_its(item: Json, found: Found) -> Json:
        is_open = item["status"] == "open"
        worth = {"affects": closing.affects([found]), "gain": closing.told([found])}
        return item | (worth if is_open else dict.fromkeys(worth))

    return await asyncio.to_thread(lambda: [*map(with_its, items, some)])
