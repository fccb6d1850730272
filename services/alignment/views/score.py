"""Scores, computed on read (``views.sheet``): how well things line up, and what to mend first."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from services.alignment.judge.fingerprint import FINGERPRINT
from services.alignment.judge.forecast import Turned
from services.alignment.judge.in_force import InForce
from services.alignment.queries.counts import tallies
from services.alignment.queries.nodes import first_recorded
from services.alignment.queries.snapshot import Moment
from services.alignment.queries.sources import of_source
from services.alignment.views import findings
from services.alignment.views.acts import waived
from services.alignment.views.closing import closings, found_in
from services.alignment.views.groups import MOST_LOOKED_AT, Groups, grouped
from services.alignment.views.sheet import Sheet, Without, shown
from services.alignment.views.valid_time import turned
from services.alignment.views.weighing import sheet_from, sheet_of
from shared.clock import before

_FIXES, _TREND = 10, timedelta(days=30)
Json = dict[str, Any]


class Waived(NamedTuple):
    """How many findings are waived, and what the score comes to without them."""

    findings: int
    sheet: Without


async def score(moment: Moment, grace: timedelta) -> Json:
    """``index`` is the mean of the dimensions that have subjects, each as heavy as the others; it is capped while a
    critical finding hits a vital subject. ``known`` is the share of the dimensions that have subjects; how they have
    changed is not said."""
    changed = await turned(moment)
    sheet = await sheet_of(moment, changed, grace)
    return _told(_version(moment), sheet, None, await _with_waivers(moment, changed, sheet, grace, {}))


async def with_fixes(moment: Moment, grace: timedelta, source: str | None = None) -> Json:
    """The same, how the dimensions have changed, and which acts are worth most, one of each group. With a ``source`` it
    is about what came from that model or bundle, and nothing else counts; raises Invalid where nothing did."""
    filters = {} if source is None else {"source": source}
    if source is not None:
        moment = replace(moment, only=await of_source(moment, source))
    changed = await turned(moment)
    sheet = await sheet_of(moment, changed, grace)
    acted = await _with_waivers(moment, changed, sheet, grace, filters)
    told = _told(_version(moment), sheet, await _before(moment, grace), acted)
    groups = await grouped(moment, changed, {**filters, "waived": False}, grace, sheet)
    fixes = await asyncio.to_thread(_fixes, groups, moment.rules)
    return told | {"source": source, "fixes": fixes}


async def _with_waivers(
    moment: Moment, changed: Turned, sheet: Sheet, grace: timedelta, filters: Mapping[str, Any]
) -> Waived:
    """Where what is waived counts as passing; at the top of a chain that lifts what rests on it."""
    items: list[Json] = []
    if await waived(moment):
        cursor, more, asked = None, True, {**filters, "waived": True}
        while more:
            some, cursor = await findings.some(moment, changed, asked, MOST_LOOKED_AT, cursor, grace)
            items, more = items + some, cursor is not None
    some_found = [found_in(item) for item in items]
    closing = await closings(moment, changed, sheet, some_found)
    return Waived(len(items), await asyncio.to_thread(lambda: sheet.without(closing.closed(some_found))))


async def _before(moment: Moment, grace: timedelta) -> Sheet | None:
    """As it was a while ago, if anything was recorded by then."""
    then = before(moment.as_of or moment.asked_at or moment.at, _TREND)
    first = await first_recorded(moment)
    if first is None or first > then:
        return None
    async for each, counts in tallies(moment, [then]):
        return await sheet_from(each, counts, Turned(), grace)
    return None


def _version(moment: Moment) -> str:
    """Tells these rules, as they are set, from any others."""
    return "+".join(filter(None, (FINGERPRINT, moment.settings.mark(moment.known_at or moment.as_of or moment.at))))


def _told(version: str, sheet: Sheet, then: Sheet | None, waived: Waived) -> Json:
    values = waived.sheet.values
    return {
        "index": shown(sheet.index),
        "index_with_waivers": shown(waived.sheet.index),
        "waived": waived.findings,
        "capped": sheet.capped,
        "known": {"dimensions": sheet.known, "of": len(sheet.dimensions)},
        "rules_version": version,
        "dimensions": [
            each.told(then.dimensions[name] if then else None, values.get(name))
            for name, each in sheet.dimensions.items()
        ],
        "rules": [each.told() | {"findings": sheet.open_of(each.rule.id)} for each in sheet.coverages.values()],
    }


def _fixes(groups: Groups, rules: InForce) -> list[Json]:
    closing = groups.closing
    best = [(group, *groups.best_first(group, 1)[0]) for group in groups.all]
    gains = {found.id: closing.gain([found]) for _, found, _ in best}
    best = [each for each in best if gains[each[1].id].uncapped > 0]
    best.sort(key=lambda each: (-gains[each[1].id].index, -gains[each[1].id].uncapped, each[1].rule, each[1].id))
    return [
        {
            "rule": found.rule,
            "title": rules[found.rule].title,
            "remedy": rules[found.rule].remedy,
            "finding": found.id,
            "subject": item["subject"],
            "affects": closing.affects([found]),
            "gain": closing.told([found]),
            "findings": len(group.items),
            "group_gain": closing.told(group.found),
        }
        for group, found, item in best[:_FIXES]
    ]
