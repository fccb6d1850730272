"""The nodes of a kind that are live or planned, and how many there are that are over, by why."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from services.alignment.judge.moved import AT
from services.alignment.models import NODES, RECORD
from services.alignment.queries.counts import tally
from services.alignment.queries.nodes import nodes
from services.alignment.queries.snapshot import Moment, recorded
from shared.contracts import NODE_KINDS
from shared.live import EXPIRED, becomes_live

Json = dict[str, Any]


@cache
def not_over(kind: str) -> ColumnElement[bool]:
    """``shared.live.stage`` as a condition: live, or planned."""
    states = [state for state in NODE_KINDS[kind].lifecycle.states if becomes_live(kind, state)]
    return RECORD.c.state.in_(states) & or_(RECORD.c.valid_to.is_(None), RECORD.c.valid_to > AT)


async def page(
    moment: Moment, kind: str, limit: int, cursor: str | None, *, everything: bool = False
) -> tuple[list[Json], str | None]:
    """Nodes of a kind in the order of their keys; ``everything``: also those that are over."""
    return await nodes(moment, {"kind": kind}, limit, cursor, () if everything else (not_over(kind),))


async def standing(
    moment: Moment, kinds: Sequence[str], most: int, *, everything: bool = False
) -> tuple[dict[str, Json], int, dict[str, int]]:
    """By reference, at most so many of each kind; how many more there are; and how many are left out, by why."""
    found: dict[str, Json] = {}
    for kind in kinds:
        some, _ = await page(moment, kind, most, None, everything=everything)
        found |= {f"{kind}/{node['id']}": node for node in some}
    total, over = await _counted(moment, kinds)
    if everything:
        return found, total + over.total() - len(found), {}
    return found, total - len(found), dict(sorted(over.items()))


async def left_out(moment: Moment, kind: str, *, everything: bool = False) -> dict[str, int]:
    """How many of a kind are over, by why."""
    return {} if everything else dict(sorted((await _counted(moment, (kind,)))[1].items()))


async def _counted(moment: Moment, kinds: Sequence[str]) -> tuple[int, Counter[str]]:
    """How many are not over, and by why how many are."""
    total, over = 0, Counter[str]()
    for (what, *key), number in (await tally(moment, "node")).items():
        if what == "node" and key[0] in kinds:
            kind, _, state, *_ = key
            if becomes_live(kind, state):
                total += number
            else:
                over[state] += number
    for row in await moment.execute(_expired(tuple(kinds), past=moment.past)):
        if becomes_live(row.kind, row.state):
            total -= row.number
            over[EXPIRED if row.live else row.state] += row.number
    return total, +over


@cache
def _expired(kinds: tuple[str, ...], *, past: bool) -> Select[Any]:
    there = recorded(RECORD, past=past), NODES, RECORD.c.kind.in_(kinds), RECORD.c.deleted.is_(False)
    keys = RECORD.c.kind, RECORD.c.state, RECORD.c.live
    counted = select(*keys, func.count().label("number")).where(*there, RECORD.c.valid_to <= AT)
    return counted.group_by(*keys)
