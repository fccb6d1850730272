"""What stands and falls with what a finding is about: counted when it is read, and never stored in its row."""

from collections.abc import Sequence
from typing import Any

from services.alignment.judge.catalogue import RULES
from services.alignment.queries.resting import Resting, resting
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of

Json = dict[str, Any]


async def with_affects(moment: Moment, items: Sequence[Json]) -> list[Json]:
    """The same findings, each with what ``affects`` it has: of an open one that stands for what rests on its subject,
    how many live things that are."""
    tops = {ref_of(item["subject"]) for item in items if _stands_for_others(item) and item["subject"]["live"]}
    below = await resting(moment, tops) if tops else Resting({}, frozenset())
    return [item | {"affects": _told(item, below) if _stands_for_others(item) else None} for item in items]


def _stands_for_others(item: Json) -> bool:
    return RULES[item["rule"]].blames_top and bool(item["status"] == "open")


def _told(item: Json, below: Resting) -> Json:
    """Nothing rests on what is not live."""
    things, more = below.on(ref_of(item["subject"])) if item["subject"]["live"] else (set(), False)
    return {"things": len(things), "at_least": more}
