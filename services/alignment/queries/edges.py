"""Reads of the view: relations of one node or of many, now or as recorded at a past moment."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, bindparam, case, func, or_, select

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.nodes import BRIEF_NAMES, OF_NODE, brief, unseen
from services.alignment.queries.snapshot import Moment, recorded
from shared.live import why_not_active
from shared.storage.arrays import any_of, chunks

MAX_LINKS, MOST_EDGES = 200, 2000
LOWER = case((EDGE.c.up == "source", EDGE.c.source), else_=EDGE.c.target)
UPPER = case((EDGE.c.up == "source", EDGE.c.target), else_=EDGE.c.source)
"""Of a relation that justifies: what it justifies, and by what."""
LONGEST_RATIONALE = 500


@cache
def _links(end: str, *, past: bool) -> Select[Any]:
    return select(EDGE).where(recorded(EDGE, past=past), EDGE.c[end] == bindparam("ref"), EDGE.c.live)


@cache
def _first_links(end: str, other: str, *, past: bool) -> Select[Any]:
    theirs = and_(RECORD.c.ref == EDGE.c[other], recorded(RECORD, past=past))
    found = _links(end, past=past).add_columns(*OF_NODE).outerjoin(RECORD, theirs)
    return found.order_by(*_order(end)).limit(MAX_LINKS)


async def links(moment: Moment, ref: str, end: str) -> tuple[list[dict[str, Any]], int]:
    """The active relations at one end of a node (``source`` or ``target``), and how many more there are."""
    other = "target" if end == "source" else "source"
    rows = (await moment.execute(_first_links(end, other, past=moment.past), ref=ref)).all()
    total = len(rows)
    if total == MAX_LINKS:
        counted = select(func.count()).select_from(_links(end, past=moment.past).subquery())
        total = (await moment.execute(counted, ref=ref)).scalar_one()
    return [edge(moment, row) | {"node": _other(moment, row, other)} for row in rows], total - len(rows)


def _other(moment: Moment, row: Any, end: str) -> dict[str, Any]:
    """The node at the other end of a row of ``_first_links``."""
    columns = {name: getattr(row, f"node_{name}") for name in BRIEF_NAMES}
    return brief(moment, SimpleNamespace(**columns)) if columns["ref"] else unseen(getattr(row, end))


def above(refs: Any) -> ColumnElement[bool]:
    """The relations that justify one of these; ``refs`` makes a condition of a column."""
    return or_(refs(EDGE.c.source) & (EDGE.c.up == "source"), refs(EDGE.c.target) & (EDGE.c.up == "target"))


@cache
def rows_above(*, past: bool) -> Select[Any]:
    """The relations that justify some nodes, given as ``refs``."""
    order = (LOWER, EDGE.c.type, UPPER, EDGE.c.origin)
    these = above(lambda end: any_of(end, "refs"))
    return select(EDGE).where(recorded(EDGE, past=past), these).order_by(*order)


def upper_end(row: Any) -> str:
    """What a relation that justifies is justified by."""
    return str(row.target if row.up == "source" else row.source)


def lower_end(row: Any) -> str:
    """What a relation that justifies justifies."""
    return str(row.source if row.up == "source" else row.target)


def edge(moment: Moment, row: Any) -> dict[str, Any]:
    """A relation in an answer. ``origin`` is the link, or the entity whose ``field`` makes it."""
    why = why_not_active(row, moment.at)
    return {
        "type": row.type,
        "source": row.source,
        "target": row.target,
        "origin": row.origin,
        "field": row.field,
        "live": why is None,
        "why_not_live": why,
        "justified": row.up,
        "rationale": _shortened(row.rationale),
        "confidence": row.confidence,
        "came_as": row.came_as,
    }


def _shortened(text: str | None) -> str | None:
    """The link itself has all of it."""
    return text if text is None or len(text) <= LONGEST_RATIONALE else f"{text[:LONGEST_RATIONALE]}…"


async def edges_from(
    moment: Moment,
    refs: Sequence[str],
    end: str,
    types: Sequence[str] | None,
    limit: int = MOST_EDGES,
    *,
    ended: bool = False,
) -> list[Any]:
    """Relations of several nodes at once, in a fixed order, at most ``limit``."""
    counts = await edge_counts(moment, refs, end, types, ended=ended)
    return await first_edges(moment, counts, end, types, limit, ended=ended)


async def edge_counts(
    moment: Moment, refs: Sequence[str], end: str, types: Sequence[str] | None, *, ended: bool = False
) -> dict[str, int]:
    """How many relations each of these nodes has, for those that have any, in the order of their references."""
    counts: dict[str, int] = {}
    query = _counts(end, typed=types is not None, ended=ended, past=moment.past)
    for some in chunks(sorted(refs)):
        counts |= dict((await moment.execute(query, refs=some, types=types)).all())
    return counts


async def first_edges(
    moment: Moment,
    counts: Mapping[str, int],
    end: str,
    types: Sequence[str] | None,
    limit: int = MOST_EDGES,
    *,
    ended: bool = False,
) -> list[Any]:
    """The first relations of nodes that have so many. Of the node that has more than there is room for, no more is read
    than will be shown; the others are read together."""
    whole, last, room = _fitting(counts, limit)
    how = {"typed": types is not None, "ended": ended, "past": moment.past}
    found: list[Any] = []
    for some in chunks(whole):
        found += (await moment.execute(_together(end, **how), refs=some, types=types)).all()
    for ref in last:
        found += (await moment.execute(_of_one(end, **how), ref=ref, types=types, room=room)).all()
    return found


def _fitting(counts: Mapping[str, int], limit: int) -> tuple[list[str], list[str], int]:
    """Who fits in whole, who fits in part, and how much of that one does."""
    whole: list[str] = []
    for ref, count in counts.items():
        if count > limit:
            return whole, [ref] if limit else [], limit
        whole.append(ref)
        limit -= count
    return whole, [], limit


# Every hop of a walk asks for the same: putting a statement together costs more than running it.
def _edges(theirs: ColumnElement[bool], *, typed: bool, ended: bool, past: bool) -> Select[Any]:
    query = select(EDGE).where(recorded(EDGE, past=past), theirs)
    if typed:
        # of an array SQLite makes no use in an index, and would go through all relations of a hub
        query = query.where(EDGE.c.type.in_(bindparam("types", expanding=True)))
    return query if ended else query.where(EDGE.c.live)


def _order(end: str) -> tuple[Column[Any], ...]:
    return EDGE.c.type, EDGE.c["target" if end == "source" else "source"], EDGE.c.origin


@cache
def _counts(end: str, **how: bool) -> Select[Any]:
    query = _edges(any_of(EDGE.c[end], "refs"), **how).with_only_columns(EDGE.c[end], func.count())
    return query.group_by(EDGE.c[end]).order_by(EDGE.c[end])


@cache
def _together(end: str, **how: bool) -> Select[Any]:
    return _edges(any_of(EDGE.c[end], "refs"), **how).order_by(EDGE.c[end], *_order(end))


@cache
def _of_one(end: str, **how: bool) -> Select[Any]:
    return _edges(EDGE.c[end] == bindparam("ref"), **how).order_by(*_order(end)).limit(bindparam("room"))
