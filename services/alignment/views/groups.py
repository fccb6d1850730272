"""Findings by what they have in common: of one rule, those that one chain, one model or one owner brought about. What
is to be done stands once in each group."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from heapq import nsmallest
from typing import Any, Literal

from sqlalchemy import Select, select

from services.alignment.judge.forecast import Turned
from services.alignment.judge.in_force import InForce
from services.alignment.judge.rule import Severity
from services.alignment.models import RECORD
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment, recorded
from services.alignment.views import findings
from services.alignment.views.closing import Closings, Found, closings, found_in
from services.alignment.views.sheet import Sheet
from services.alignment.views.valid_time import turned
from services.alignment.views.weighing import sheet_of
from shared.http import pagination
from shared.storage.arrays import any_of, chunks

Json = dict[str, Any]
By = Literal["top", "source", "owner", "rule"]
MOST_LOOKED_AT = 2000
"""Findings, the worst of all, that are grouped."""
MOST_OF_UNSEEN = 50
"""And of each rule of which there is none among them, its worst: what is grave hides nothing that is worth more."""
MOST_OF_RULE = 5
"""Groups of one rule: what is left is one more."""
_FIRST = 5
_COUNTED = frozenset({"rule", "dimension"})
"""Filters with which it is known how many findings there are, without a look at them."""
_BUNDLE = "bundle"


@dataclass
class Group:
    """``cause`` is the top of the chain, the source model, the owner, or nothing."""

    rule: str
    by: By
    cause: str
    items: list[Json] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    unseen: int = 0
    """How many more there are of its rule, which were not looked at."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.rule, self.by, self.cause

    @property
    def severity(self) -> Severity:
        return max(Severity[item["severity"]] for item in self.items)

    def add(self, other: "Group") -> None:
        self.items += other.items
        self.found += other.found


class Groups:
    """The gravest first, then what is worth most; by ``gain`` the other way round. ``more`` says that not all findings
    were looked at."""

    def __init__(self, groups: Iterable[Group], closing: Closings, *, more: bool) -> None:
        self.closing, self.more = closing, more
        self.all = sorted(groups, key=lambda group: (-group.severity, *self._rank(group.found), group.key))

    def by_gain(self) -> None:
        """What is worth most first."""
        self.all.sort(key=lambda group: (*self._rank(group.found), -group.severity, group.key))

    def _rank(self, found: Sequence[Found]) -> tuple[Any, ...]:
        gain = self.closing.gain(found)
        return -gain.index, -gain.uncapped

    def page(self, limit: int, cursor: str | None) -> tuple[list[Group], str | None]:
        """From the group after the one that the cursor names, or after as many where that is there no more."""
        start = 0
        if cursor is not None:
            number, *key = pagination.decode(cursor, [int, str, str, str])
            start = next((at for at, group in enumerate(self.all, 1) if [*group.key] == key), max(0, number))
        some = self.all[start : start + limit]
        following = start + len(some)
        return some, pagination.encode(following, *some[-1].key) if following < len(self.all) else None

    def best_first(self, group: Group, most: int) -> list[tuple[Found, Json]]:
        """Of the findings of a group so many, that first which is worth most by itself."""
        pairs = zip(group.found, group.items, strict=True)
        return nsmallest(most, pairs, key=lambda pair: (*self._rank([pair[0]]), pair[0].subject, pair[0].id))


async def grouped(moment: Moment, changed: Turned, filters: dict[str, Any], grace: timedelta, sheet: Sheet) -> Groups:
    """``changed`` is what the valid time changes."""
    items, following = await findings.some(moment, changed, filters, MOST_LOOKED_AT, None, grace)
    if following is not None and "rule" not in filters and not moment.past:
        for rule in sorted(sheet.failing - {item["rule"] for item in items}):
            unseen = filters | {"rule": rule}
            items += (await findings.some(moment, changed, unseen, MOST_OF_UNSEEN, None, grace))[0]
    some = [found_in(item) for item in items]
    closing = await closings(moment, changed, sheet, some)
    tops = await asyncio.to_thread(_tops, some, closing)
    sources = await _sources(moment, {found.subject for found in some} - tops.keys())
    unseen = _unseen(sheet, items) if following is not None and filters.keys() <= _COUNTED else {}
    rules = moment.rules

    def cause(item: Json, found: Found) -> tuple[By, str]:
        return ("rule", "") if found.rule in unseen else _cause(item, found, rules, tops, sources)

    groups = await asyncio.to_thread(_reckoned, items, some, map(cause, items, some), unseen)
    return await asyncio.to_thread(lambda: Groups(_few(groups, closing), closing, more=following is not None))


def _reckoned(
    items: Iterable[Json], some: Iterable[Found], causes: Iterable[tuple[By, str]], unseen: Mapping[str, int]
) -> Iterable[Group]:
    groups: dict[tuple[str, str, str], Group] = {}
    for item, found, (by, cause) in zip(items, some, causes, strict=True):
        group = groups.setdefault((found.rule, by, cause), Group(found.rule, by, cause))
        group.items.append(item)
        group.found.append(found)
        group.unseen = unseen.get(found.rule, 0)
    return groups.values()


def _unseen(sheet: Sheet, items: Iterable[Json]) -> dict[str, int]:
    """By rule how many there are besides: what they have in common cannot be said of some of them."""
    seen = Counter(item["rule"] for item in items if not item["pending"])
    return {rule: number for rule in seen if (number := sheet.open_of(rule) - seen[rule]) > 0}


async def page(
    moment: Moment, filters: dict[str, Any], limit: int, cursor: str | None, grace: timedelta, sort: str = "severity"
) -> dict[str, Any]:
    """Groups of findings, the gravest first, then those worth most; or the other way round."""
    changed = await turned(moment)
    groups = await grouped(moment, changed, filters, grace, await sheet_of(moment, changed, grace))
    if sort == "gain":
        await asyncio.to_thread(groups.by_gain)
    some, next_cursor = groups.page(limit, cursor)
    nodes = await briefs(moment, {group.cause for group in some if group.by in ("top", "owner")})
    told = await asyncio.to_thread(lambda: [_told(group, groups, nodes) for group in some])
    return {"items": told, "next_cursor": next_cursor, "more": groups.more}


def _told(group: Group, groups: Groups, nodes: Mapping[str, Json]) -> Json:
    closing = groups.closing
    rule = closing.rules[group.rule]
    owners = {item["owner"] for item in group.items}
    first = [
        {"id": found.id, "subject": item["subject"], "affects": closing.affects([found]), "gain": closing.told([found])}
        for found, item in groups.best_first(group, _FIRST)
    ]
    return {
        "rule": rule.id,
        "title": rule.title,
        "dimension": rule.dimension,
        "severity": group.severity.name,
        "remedy": rule.remedy,
        "cause": {
            "by": group.by,
            "node": nodes.get(group.cause),
            "source": group.cause if group.by == "source" else None,
        },
        "findings": len(group.items) + group.unseen,
        "unseen": group.unseen,
        "pending": sum(item["pending"] for item in group.items),
        "waived": sum(item["waiver"] is not None for item in group.items),
        "owner": owners.pop() if len(owners) == 1 else None,
        "since": min(item["since"] for item in group.items),
        "affects": closing.affects(group.found),
        "gain": closing.told(group.found),
        "first": first,
    }


def _tops(some: Sequence[Found], closing: Closings) -> dict[str, str]:
    """By subject the top of the chain that its finding is about: the highest of those that are blamed on which it
    rests, or itself where others rest on it."""
    blamed = {found.subject: found for found in some if closing.rules[found.rule].blames_top}
    over: dict[str, list[str]] = defaultdict(list)
    for top, found in blamed.items():
        for ref in closing.on(found)[0] & blamed.keys():
            over[ref].append(top)
    tops = {top: top for top, found in blamed.items() if closing.on(found)[0]}
    for ref, uppers in over.items():
        highest = [upper for upper in uppers if upper not in over]
        tops[ref] = min(highest or [ref, *uppers])
    return tops


def _cause(
    item: Json, found: Found, rules: InForce, tops: Mapping[str, str], sources: Mapping[str, str]
) -> tuple[By, str]:
    if rules[found.rule].blames_top and found.subject in tops:
        return "top", tops[found.subject]
    if source := sources.get(found.subject):
        return "source", source
    return ("owner", item["owner"]) if item["owner"] else ("rule", "")


def _few(groups: Iterable[Group], closing: Closings) -> Iterable[Group]:
    """Of each rule those that are worth most, and the others as one."""
    of_rule: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        of_rule[group.rule].append(group)
    for rule, some in of_rule.items():
        if len(some) > MOST_OF_RULE:
            some.sort(key=lambda group: (group.by == "rule", -closing.gain(group.found).uncapped, group.key))
            rest = Group(rule, "rule", "")
            for group in some[MOST_OF_RULE:]:
                rest.add(group)
            some[MOST_OF_RULE:] = [rest]
        yield from some


async def _sources(moment: Moment, refs: Iterable[str]) -> dict[str, str]:
    """The models that things were imported from; a bundle is none."""
    found: dict[str, str] = {}
    for some in chunks(sorted(refs)):
        rows = await moment.execute(_imported(past=moment.past), refs=some)
        found |= {row.ref: row.source for row in rows if row.source and row.source != _BUNDLE}
    return found


@cache
def _imported(*, past: bool) -> Select[Any]:
    source = RECORD.c.data["provenance"][0]["source"].as_string().label("source")
    return select(RECORD.c.ref, source).where(recorded(RECORD, past=past), any_of(RECORD.c.ref, "refs"))
