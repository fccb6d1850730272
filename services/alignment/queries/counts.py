"""How many there are of what: counted once at a moment that is final, brought to any other by what changed in between.

What was recorded, found or valid at a moment before the watermarks never changes again, so its counts can be kept. For
another moment only those are looked at that were recorded, found to be wrong or right, or began or ceased to be valid
between the two: what they counted then goes, what they count now comes.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Table,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.moved import AT, Moved
from services.alignment.models import EDGE, FINDING, NODES, PROGRESS, RECORD, TALLY
from services.alignment.queries.snapshot import Moment, recorded
from shared.clock import FOREVER
from shared.storage.db import MOMENT
from shared.storage.dialects import insert_new

USUAL_CRITICALITY = 3
_ENOUGH = 1000
"""So many changes of one way after those that were kept the next ones are."""
_FIRST = FOREVER.replace(year=1)
_LAST = FOREVER - timedelta(microseconds=1)
Counts = Counter[tuple[Any, ...]]
"""By ``node, kind, type, state, live, criticality, valid``, by ``edge, is it a link`` and by ``finding, rule,
criticality``."""

WHAT = ("node", "edge", "finding")
_AT: BindParameter[int] = bindparam("at")
_MORE: BindParameter[int] = bindparam("more")
_SPANS = (
    (RECORD, "ref", "recorded_from", "recorded", WHAT),
    (RECORD, "ref", "valid_from", "valid", ("node",)),
    (RECORD, "ref", "valid_to", "valid", ("node",)),
    (FINDING, "subject", "opened_at", "recorded", ("finding",)),
    (FINDING, "subject", "resolved_at", "recorded", ("finding",)),
)
"""The ways in which what is counted changes: whose, in which column, on which axis of time, and which of the counts."""
_OF_MODELS = RECORD.c.models.in_(bindparam("models", expanding=True))
_CRITICALITY = func.coalesce(RECORD.c.criticality, USUAL_CRITICALITY)
_NODE = ("kind", "type", "state", "live")
"""Columns by which nodes are counted."""


def _moment(name: str) -> Any:
    return bindparam(name, type_=MOMENT)


def _is_valid(at: ColumnElement[Any]) -> ColumnElement[bool]:
    begun = or_(RECORD.c.valid_from.is_(None), RECORD.c.valid_from <= at)
    return and_(begun, or_(RECORD.c.valid_to.is_(None), RECORD.c.valid_to > at))


def _within(column: SQLColumnExpression[Any], axis: str) -> ColumnElement[bool]:
    return and_(column > _moment(f"{axis}_after"), column <= _moment(f"{axis}_until"))


def _changed(what: str) -> Any:
    """Whatever may count for something else at the one moment than at the other."""
    spans = [span for span in _SPANS if what in span[-1]]
    found = (select(t.c[ref]).where(t.c.generation == _AT, _within(t.c[at], axis)) for t, ref, at, axis, _ in spans)
    return union(*found).scalar_subquery()


def _counted(time: str, sign: int, *, changed: bool, only: bool = False) -> dict[str, Select[Any]]:
    """How many there are at the moment of that name, of all or of what has changed, each as a number and its key; or
    ``only`` of what came from some models."""
    among = (lambda what, column: column.in_(_changed(what))) if changed else (lambda *_: true())
    recorded, valid = _moment(f"{time}_recorded"), _moment(f"{time}_valid")
    number = (literal(sign) * func.count()).label("number")

    def held(table: Any, begins: str = "recorded_from", ends: str = "recorded_to") -> ColumnElement[bool]:
        return and_(table.c.generation == _AT, table.c[begins] <= recorded, table.c[ends] > recorded)

    keys = [literal("node"), *(RECORD.c[name] for name in _NODE), _CRITICALITY.label("weight")]
    keys.append(_is_valid(valid).label("is_valid"))
    there = (held(RECORD), NODES, RECORD.c.deleted.is_(False), among("node", RECORD.c.ref))
    is_link = EDGE.c.field.is_(None).label("is_link")
    subject = and_(RECORD.c.ref == FINDING.c.subject, held(RECORD))
    found = [literal("finding"), FINDING.c.rule, _CRITICALITY.label("weight")]
    of_models = (_OF_MODELS,) if only else ()
    of_edges = (EDGE.c.origin.in_(select(RECORD.c.ref).where(held(RECORD), *of_models)),) if only else ()
    return {
        "node": select(number, *keys).where(*there, *of_models).group_by(*_NODE, "weight", "is_valid"),
        "edge": select(number, literal("edge"), is_link)
        .where(held(EDGE), EDGE.c.live, among("edge", EDGE.c.origin), *of_edges)
        .group_by("is_link"),
        "finding": select(number, *found)
        .join(RECORD, subject)
        .where(held(FINDING, "opened_at", "resolved_at"), among("finding", FINDING.c.subject), *of_models)
        .group_by("rule", "weight"),
    }


@cache
def _all(*, only: bool) -> dict[str, Any]:
    return _counted("now", 1, changed=False, only=only)


@cache
def _since() -> dict[str, Any]:
    """Both moments in one statement, so that they see the same view."""
    then, now = _counted("then", -1, changed=True), _counted("now", 1, changed=True)
    return {what: union_all(then[what], now[what]) for what in WHAT}


async def counted(moment: Moment, *what: str) -> Counts:
    """By looking at everything that counts, in the states that are recorded. ``what`` is all, or some of WHAT."""
    given: dict[str, Any] = {"now_recorded": moment.as_of or _LAST, "now_valid": moment.at}
    return await _taken(moment, _all(only=moment.only is not None), what, given | _only(moment))


def _only(moment: Moment) -> dict[str, Any]:
    """What is given to statements about what came from some models."""
    return {} if moment.only is None else {"models": sorted(moment.only)}


async def tally(moment: Moment, *what: str) -> Counts:
    """The same, from the counts that were kept nearest before this moment, or else nearest after it; in the states that
    owners' clocks have them in then. None are kept of what came from some models."""
    kept = await _nearest(moment) if moment.only is None else None
    counts = await (counted(moment, *what) if kept is None else _brought(moment, *kept, what))
    if moment.moved and "node" in (what or WHAT):
        query = _moved(moment.moved, past=moment.past, only=moment.only is not None)
        for number, then, is_live, *key in await moment.as_recorded(query, **_only(moment)):
            kind, type, state, live, weight, is_valid = key
            counts["node", kind, type, state, bool(live), weight, bool(is_valid)] -= number
            counts["node", kind, type, then, bool(is_live), weight, bool(is_valid)] += number
    return counts


@cache
def _moved(moved: Moved, *, past: bool, only: bool) -> Select[Any]:
    """How many entities there are that owners' clocks have in another state then, by that state."""
    then = moved.state.label("then"), moved.live.label("live_then")
    keys = *(RECORD.c[name] for name in _NODE), _CRITICALITY.label("weight"), _is_valid(AT).label("is_valid")
    there = recorded(RECORD, past=past), NODES, RECORD.c.deleted.is_(False), moved.those
    each = select(*then, *keys).where(*there, *((_OF_MODELS,) if only else ())).subquery()
    return select(func.count(), *each.c).group_by(*each.c)


async def _brought(moment: Moment, then: datetime, counts: Counts, what: Sequence[str] = ()) -> Counts:
    """The counts of a past moment, brought to this one by what changed in between."""
    counts = Counter(counts)
    recorded, valid = moment.as_of or _LAST, moment.at
    given = {"then_recorded": then, "then_valid": then, "now_recorded": recorded, "now_valid": valid}
    for axis, now in (("recorded", recorded), ("valid", valid)):
        given |= {f"{axis}_after": min(then, now), f"{axis}_until": max(then, now)}
    counts.update(await _taken(moment, _since(), what, given))
    return counts


async def tallies(moment: Moment, instants: Sequence[datetime]) -> AsyncIterator[tuple[Moment, Counts]]:
    """Of past instants in their order: each from the one before it, or from counts that were kept in between."""
    kept = (await moment.connection.execute(_TIMES, {"at": moment.generation, "than": instants[-1]})).scalars().all()
    then: tuple[datetime, Counts] | None = None
    for instant in instants:
        each = moment.past_one(instant)
        last = kept[bisect_right(kept, instant) - 1] if kept and kept[0] <= instant else None
        is_nearer = then is not None and moment.only is None and (last is None or last <= then[0])
        counts = await _brought(each, *then) if then is not None and is_nearer else await tally(each)
        then = instant, counts
        yield each, counts


async def _taken(moment: Moment, statements: Mapping[str, Any], what: Sequence[str], given: dict[str, Any]) -> Counts:
    counts: Counts = Counter()
    for each in what or WHAT:
        for number, *key in await moment.connection.execute(statements[each], {"at": moment.generation, **given}):
            counts[_key(key)] += number
    return counts


def _key(values: list[Any]) -> tuple[Any, ...]:
    """SQLite has no truth of its own."""
    flags = {"node": (4, 6), "edge": (1,)}.get(values[0], ())
    return tuple(bool(value) if place in flags else value for place, value in enumerate(values))


_KEPT = select(TALLY.c.at, TALLY.c.counts).where(TALLY.c.generation == _AT)
_BEFORE = _KEPT.where(TALLY.c.at <= _moment("than")).order_by(TALLY.c.at.desc()).limit(1)
_TIMES = select(TALLY.c.at).where(TALLY.c.generation == _AT, TALLY.c.at <= _moment("than")).order_by(TALLY.c.at)
_AFTER = _KEPT.where(TALLY.c.at > _moment("than")).order_by(TALLY.c.at).limit(1)


async def _nearest(moment: Moment) -> tuple[datetime, Counts] | None:
    given = {"at": moment.generation, "than": moment.as_of or _LAST}
    for query in (_BEFORE, _AFTER):
        if row := (await moment.connection.execute(query, given)).one_or_none():
            return row.at, Counter({tuple(key): number for number, *key in row.counts})
    return None


_FINAL = select(func.min(PROGRESS.c.recorded_until)).where(PROGRESS.c.generation == _AT)


def _later(table: Table, column: str) -> ScalarSelect[datetime]:
    """The instant by which enough has changed in one way after another instant."""
    later = table.c.generation == _AT, table.c[column] > _moment("after")
    return select(table.c[column]).where(*later).order_by(table.c[column]).offset(_MORE).limit(1).scalar_subquery()


_LATER = select(*(_later(table, column).label(f"way_{n}") for n, (table, _, column, *_) in enumerate(_SPANS)))


async def keep(connection: AsyncConnection, generation: int, settle: timedelta, *, newest: bool = False) -> bool:
    """Keep the counts of the first moment by which enough has changed since those that were kept last, if it is final;
    says whether there may be another one. ``newest`` keeps those of the last final moment in its stead."""
    covered: datetime | None = (await connection.execute(_FINAL, {"at": generation})).scalar_one()
    if covered is None:  # the generation has been let go
        return False
    final = max(covered, _FIRST + settle) - settle
    last = await _nearest(Moment(connection, generation, None, final, {}))
    given = {"at": generation, "after": last[0] if last else _FIRST, "more": _ENOUGH - 1}
    instants = [instant for instant in (await connection.execute(_LATER, given)).one() if instant]
    at = min(instants, default=final)
    is_next = bool(instants) and at <= final
    if is_next or newest:
        await _keep(Moment(connection, generation, min(at, final), min(at, final), {}))
    return is_next


async def _keep(moment: Moment) -> None:
    counts = [[number, *key] for key, number in (await tally(moment)).items() if number]
    row = {"generation": moment.generation, "at": moment.at, "counts": counts}
    await moment.connection.execute(insert_new(moment.connection, TALLY), row)
