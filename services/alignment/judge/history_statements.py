"""The statements of looks into the past: what was recorded from an instant on, around some references."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    union,
)

from services.alignment.judge.clocks import VALIDITY
from services.alignment.judge.meaning import LASTING
from services.alignment.judge.moved import undone
from services.alignment.models import EDGE, FINDING, NODES, RECORD
from shared.storage.arrays import any_of
from shared.storage.db import MOMENT

_AT: BindParameter[int] = bindparam("at")
_SINCE = bindparam("since", type_=MOMENT)
_TO_THE_SECOND = len("2026-01-01T00:00:00")


def _recorded(query: Select[Any], *where: ColumnElement[bool]) -> Select[Any]:
    return query.where(EDGE.c.generation == _AT, EDGE.c.recorded_to >= _SINCE, *where)


@cache
def over(near: str, far: str, types: tuple[str, ...]) -> Select[Any]:
    ends = select(EDGE.c[far].label("ref")).distinct()
    return _recorded(ends, any_of(EDGE.c[near], "refs"), EDGE.c.type.in_(types))


@cache
def below() -> Any:
    return union(
        _recorded(select(EDGE.c.source.label("ref")), any_of(EDGE.c.target, "refs"), EDGE.c.up == "source"),
        _recorded(select(EDGE.c.target.label("ref")), any_of(EDGE.c.source, "refs"), EDGE.c.up == "target"),
    )


@cache
def above() -> Any:
    return union(
        _recorded(select(EDGE.c.target.label("ref")), any_of(EDGE.c.source, "refs"), EDGE.c.up == "source"),
        _recorded(select(EDGE.c.source.label("ref")), any_of(EDGE.c.target, "refs"), EDGE.c.up == "target"),
    )


@cache
def holding() -> Select[Any]:
    ends = or_(any_of(EDGE.c.source, "refs"), any_of(EDGE.c.target, "refs"))
    return _recorded(select(EDGE.c.holder).distinct(), ends)


_RELATION = [EDGE.c[name] for name in (
    "origin", "epoch", "version", "ordinal", "type", "source", "target", "holder", "field", "live",
    "recorded_from", "recorded_to", "valid_from", "valid_to",
)]  # fmt: skip


@cache
def at_either_end() -> Any:
    """By both ends: a step may go either way."""
    return union(*(_recorded(select(*_RELATION), any_of(EDGE.c[end], "refs")) for end in ("source", "target")))


@cache
def justifying() -> Any:
    return union(
        _recorded(select(*_RELATION), any_of(EDGE.c.source, "refs"), EDGE.c.up == "source"),
        _recorded(select(*_RELATION), any_of(EDGE.c.target, "refs"), EDGE.c.up == "target"),
    )


@cache
def resting() -> Any:
    return union(
        _recorded(select(*_RELATION), any_of(EDGE.c.target, "refs"), EDGE.c.up == "source"),
        _recorded(select(*_RELATION), any_of(EDGE.c.source, "refs"), EDGE.c.up == "target"),
    )


@cache
def declared() -> Select[Any]:
    return _recorded(select(*_RELATION), any_of(EDGE.c.origin, "refs"))


@cache
def held() -> Select[Any]:
    return _recorded(select(*_RELATION), any_of(EDGE.c.holder, "refs"))


_ENTITY = [RECORD.c[name] for name in (
    "ref", "epoch", "version", "type", "state", "live", "deleted", "criticality", "recorded_from", "recorded_to",
    "valid_from", "valid_to",
)]  # fmt: skip


@cache
def entities(kinds: frozenset[str]) -> Select[Any]:
    """With all members of these kinds only: most of the time goes by reading those."""
    mine = RECORD.c.generation == _AT, RECORD.c.recorded_to > _SINCE, any_of(RECORD.c.ref, "refs")
    return select(*_ENTITY, case((RECORD.c.kind.in_(sorted(kinds)), RECORD.c.data)).label("data")).where(*mine)


def lasting(table: Any) -> ColumnElement[bool]:
    """``meaning.lasts`` of a row."""
    others = [and_(table.c.kind == kind, table.c.state.in_(sorted(states))) for kind, states in LASTING.items()]
    return or_(and_(table.c.live, table.c.kind.not_in(sorted(LASTING))), *others)


@cache
def since_live(taken_back: bool = False) -> Any:
    """Since when without a break: after the last version whose state was none that is asked about. ``taken_back``:
    without what clocks have made of it later than the valid time."""
    other = RECORD.alias("other")
    mine, others = (
        (table.c.generation == _AT, table.c.recorded_from <= _SINCE, *([not_(undone(table))] if taken_back else []))
        for table in (RECORD, other)
    )
    last = select(func.max(other.c.recorded_from)).where(*others, other.c.ref == RECORD.c.ref, not_(lasting(other)))
    broken = last.scalar_subquery()
    after = or_(broken.is_(None), RECORD.c.recorded_from > broken)
    since = select(RECORD.c.ref, func.min(RECORD.c.recorded_from).label("since"))
    return since.where(*mine, any_of(RECORD.c.ref, "refs"), after).group_by(RECORD.c.ref)


def _within(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(column > bindparam("after", type_=MOMENT), column <= bindparam("until", type_=MOMENT))


def _turning(table: Table, *what: ColumnElement[Any]) -> CompoundSelect[Any]:
    held = table.c.generation == _AT, table.c.recorded_from <= _SINCE, table.c.recorded_to > _SINCE
    return union(*(select(*what).where(*held, _within(table.c[name])) for name in ("valid_from", "valid_to")))


@cache
def turning() -> tuple[CompoundSelect[Any], ...]:
    """The ends of relations, and entities, that begin or cease to be valid after one instant and until another."""
    ends = [_turning(EDGE, EDGE.c[end].label("ref")) for end in ("source", "target", "holder")]
    return (_turning(RECORD, RECORD.c.ref), *ends)


@cache
def due_in_member(path: str) -> Select[Any]:
    """Of a kind in a state, what has an instant in a member after about one instant and until about another: instants
    are compared as texts, to the second."""
    mine = RECORD.c.kind == bindparam("of_kind"), RECORD.c.state == bindparam("in_state")
    return select(RECORD.c.ref).where(*_HELD, NODES, *mine, *_due(path))


_HELD = (RECORD.c.generation == _AT, RECORD.c.recorded_from <= _SINCE, RECORD.c.recorded_to > _SINCE)


def _member(path: str) -> Any:
    first, *rest = path.split(".")
    member = RECORD.c.data[first]
    for name in rest:
        member = member[name]
    return member.as_string()


def _due(path: str) -> tuple[ColumnElement[bool], ...]:
    second = func.substr(_member(path), 1, _TO_THE_SECOND)
    return second >= bindparam("after"), second <= bindparam("until")


@cache
def watched(path: str, kinds: tuple[str, ...]) -> tuple[Select[Any], bool]:
    """Of these kinds what has an instant there after one instant and until another, which are given as texts unless
    the second says otherwise; where it is in a list, whatever has any in that."""
    of_kinds = RECORD.c.kind.in_(kinds)
    if path in VALIDITY:
        return select(RECORD.c.ref).where(*_HELD, NODES, of_kinds, _within(RECORD.c[path])), True
    first, is_list, _ = path.partition("[]")
    there = (func.coalesce(_member(first), "[]") != "[]",) if is_list else _due(path)
    return select(RECORD.c.ref).where(*_HELD, NODES, of_kinds, *there), False


@cache
def came_to_live() -> CompoundSelect[Any]:
    """Of some kinds what was recorded in a state that is asked about, or began to be valid in one, after one instant
    and until another."""
    among = lasting(RECORD), RECORD.c.kind.in_(bindparam("kinds", expanding=True))
    found = select(RECORD.c.ref).where(RECORD.c.generation == _AT, RECORD.c.recorded_from <= _SINCE, *among)
    begun = RECORD.c.recorded_to > _SINCE, _within(RECORD.c.valid_from)
    return union(found.where(_within(RECORD.c.recorded_from)), found.where(*begun))


@cache
def findings() -> Select[Any]:
    mine = FINDING.c.generation == _AT, FINDING.c.resolved_at > _SINCE, any_of(FINDING.c.subject, "refs")
    return select(FINDING).where(*mine)
