"""Findings with what people have done about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.alignment import handling
from services.alignment.handling import Handling
from services.alignment.queries.snapshot import Moment
from shared.clock import FOREVER

Json = dict[str, Any]


async def with_acts(moment: Moment, items: Sequence[Json]) -> list[Json]:
    """The same findings, each with its waiver and acknowledgement and the number of its comments."""
    ids = [item["id"] for item in items]
    found = await handling.handled(moment.connection, ids, *_times(moment)) if ids else {}
    return [item | found.get(item["id"], Handling()).told() for item in items]


async def remarks(moment: Moment, finding: str) -> list[Json]:
    return await handling.comments(moment.connection, finding, *_times(moment))


async def acted_on(moment: Moment, owners: Sequence[str], most: int) -> list[str]:
    """Ids of findings that are acknowledged as any of these to act on, those due first."""
    return await handling.acted_on(moment.connection, owners, *_times(moment), most) if owners else []


async def waived(moment: Moment) -> set[str]:
    """Ids of the findings whose waivers hold."""
    return await handling.waived(moment.connection, *_times(moment))


def _times(moment: Moment) -> tuple[datetime, datetime]:
    return moment.as_of or FOREVER, moment.at
