"""Who stands in for whom: a live role assignment names a deputy of the party that holds the role in its scope. A deputy
who is there stands in where that party is not."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, exists, select

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.snapshot import Moment, is_live, recorded
from shared.live import kind_of
from shared.storage.arrays import any_of

MOST = 1000
"""Assignments that are read for one answer."""
_FIELDS = {"party": "party_id", "role": "role_id", "scope": "scope", "deputy": "deputy_id"}
"""By which of its fields an assignment leads to what."""


class Deputy(NamedTuple):
    """The ``deputy`` of a ``party`` that is not there, in a ``role`` for the process or service of its ``scope``."""

    party: str
    role: str
    scope: str
    deputy: str


async def deputies_of(moment: Moment, owners: Collection[str]) -> Mapping[str, list[Deputy]]:
    """Who stands in in each of these roles, and for each of these parties."""
    found = defaultdict[str, list[Deputy]](list)
    for by in ("role", "party"):
        for each in await _standing_in(moment, by, [ref for ref in owners if kind_of(ref) == by]):
            found[getattr(each, by)].append(each)
    return found


async def stood_in_for(moment: Moment, deputies: Collection[str]) -> list[Deputy]:
    """For whom any of these parties stands in."""
    return await _standing_in(moment, "deputy", deputies)


async def _standing_in(moment: Moment, by: str, refs: Collection[str]) -> list[Deputy]:
    if not refs:
        return []
    rows = await moment.execute(_seats(by, past=moment.past).limit(MOST), refs=sorted(refs))
    return [Deputy(*row) for row in rows]


@cache
def _seats(by: str, *, past: bool) -> Select[Any]:
    """By references of one of its ends."""
    ends = {name: EDGE.alias(name) for name in _FIELDS}
    first, joined = ends[by], cast(Any, ends[by])
    for end in ends.values():
        if end is not first:
            joined = joined.join(end, end.c.source == first.c.source)
    holds = [(recorded(end, past=past), is_live(end), end.c.field == _FIELDS[name]) for name, end in ends.items()]
    there = [first.c.source, ends["role"].c.target, ends["deputy"].c.target]
    query = select(*(ends[name].c.target for name in Deputy._fields)).select_from(joined)
    query = query.where(any_of(first.c.target, "refs"), *chain(*holds))
    query = query.where(*(_there(ref, past=past) for ref in there), ~_there(ends["party"].c.target, past=past))
    return query.order_by(*(ends[name].c.target for name in ("deputy", "role", "party", "scope")))


def _there(ref: ColumnElement[Any], *, past: bool) -> ColumnElement[bool]:
    node = RECORD.alias()
    return exists().where(node.c.ref == ref, recorded(node, past=past), is_live(node))
