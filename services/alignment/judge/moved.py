"""Entities as the clocks of their owners move them, as the contracts of kinds declare it (``timed``): at a valid time
to come as they will have been moved by then, at one that is past as they had not been moved yet. In SQL what
``judge.scheduled`` says of versions. History and members are what is recorded.

The state is an expression over the columns of the row itself. Nothing has to be read for it first, however much turns,
and every index stays in use; only of what has been moved the versions before are looked up. Relations stay as they
are: no clock moves a link, nor any entity that says one between two others (``Reference.start``); where the holder is
an end, its own state counts.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    FromClause,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeDecorator

from services.alignment.models import RECORD
from shared.contracts import NODE_KINDS
from shared.contracts.base import Timed
from shared.storage.db import MOMENT, TEXT
from shared.storage.dialects import written


class _Written(TypeDecorator[datetime]):
    """An instant as members have it, without the sign of its zone: such texts sort as instants do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002  its signature
        return value.replace(tzinfo=None).isoformat() if value else None


class _Instant(NamedTuple):
    """As columns have it, and as members do."""

    moment: Any
    text: Any


def _given(name: str) -> _Instant:
    return _Instant(bindparam(name, type_=MOMENT), cast(bindparam(f"{name}_written", type_=_Written()), TEXT))


_ASKED_AT, _AT = _given("asked_at"), _given("valid_at")
"""What has been due before it was asked has not been moved for some reason, and stays; and the valid time."""
AT = _AT.moment


def given(asked_at: datetime | None, at: datetime) -> dict[str, datetime | None]:
    """What a statement is given for its parameters."""
    return {"asked_at": asked_at, "valid_at": at, "asked_at_written": asked_at, "valid_at_written": at}


def _come(table: FromClause, path: str, by: _Instant) -> Any:
    """Whether what stands there has come by an instant; null where nothing does."""
    if path in table.c:
        return table.c[path] <= by.moment
    member = table.c.data[tuple(path.split("."))].as_string()
    return cast(func.rtrim(func.replace(member, "+00:00", ""), "Z"), TEXT) <= by.text


class _Clock(NamedTuple):
    """What the clock does to entities of some kinds alike, and which of the states that it leads to are live ones."""

    timed: tuple[Timed, ...]
    live: frozenset[str]

    def target(self, state: str) -> str | None:
        """To which it leads from a state, if it does: at whichever of its instants comes first it is the same one."""
        targets = {each.to for each in self.timed if each.state == state}
        assert len(targets) < 2, f"the first of several instants would decide to what {state} turns"
        return next(iter(targets), None)

    def due(self, state: str, *, anew: bool) -> ColumnElement[bool]:
        """Whether it moves on from a state by the valid time; ``anew``: and not yet by when it was asked."""
        paths = [each.at for each in self.timed if each.state == state]
        not_yet = (lambda path: not_(_come(RECORD, path, _ASKED_AT))) if anew else (lambda _: true())
        return or_(false(), *(and_(_come(RECORD, path, _AT), not_yet(path)) for path in paths))

    def then(self, state: str) -> tuple[Any, Any]:
        """Of what has come to a state by the clock: the state to which that leads on by the valid time, and whether it
        is a live one."""
        is_live = true() if state in self.live else false()
        if (target := self.target(state)) is None:
            return cast(state, TEXT), is_live
        due, (name, live) = self.due(state, anew=False), self.then(target)
        return case((due, name), else_=cast(state, TEXT)), case((due, live), else_=is_live)


def _clocks() -> Iterator[tuple[_Clock, list[str]]]:
    """With the kinds that each moves."""
    alike: dict[_Clock, list[str]] = defaultdict(list)
    for kind in NODE_KINDS.values():
        if kind.timed:
            live = frozenset(each.to for each in kind.timed if kind.is_live(each.to))
            alike[_Clock(kind.timed, live)].append(kind.name)
    yield from alike.items()


_CLOCKS = [*_clocks()]


def _moves() -> Iterator[tuple[ColumnElement[bool], Any, Any]]:
    """What moves, with the state that it has then and whether that is a live one."""
    for clock, kinds in _CLOCKS:
        for state in dict.fromkeys(each.state for each in clock.timed):
            target = clock.target(state)
            assert target is not None
            mine = RECORD.c.deleted.is_(False), RECORD.c.kind.in_(kinds), RECORD.c.state == state
            yield and_(*mine, clock.due(state, anew=True)), *clock.then(target)


def undone(table: FromClause) -> ColumnElement[bool]:
    """Whether a version is in a state to which a clock leads at an instant after the valid time, and was recorded in it
    no earlier than that: whoever was earlier than the clock has done it by hand, and that stays."""
    recorded, found = _Instant(table.c.recorded_from, written(table.c.recorded_from)), []
    for clock, kinds in _CLOCKS:
        for state in dict.fromkeys(each.to for each in clock.timed):
            paths = dict.fromkeys(each.at for each in clock.timed if each.to == state)
            since = or_(*(and_(_come(table, path, recorded), not_(_come(table, path, _AT))) for path in paths))
            found.append(and_(table.c.kind.in_(kinds), table.c.state == state, func.coalesce(since, false())))
    return and_(table.c.deleted.is_(False), or_(*found))


def _before(name: str) -> ColumnElement[Any]:
    """A column of the newest version that is not undone, or of the version itself if it has been so from the first."""
    mine, other = RECORD.c, RECORD.alias("earlier")
    earlier = (
        select(other.c[name])
        .where(other.c.generation == mine.generation, other.c.ref == mine.ref, other.c.deleted.is_(False))
        .where(tuple_(other.c.epoch, other.c.version) < tuple_(mine.epoch, mine.version), not_(undone(other)))
        .order_by(other.c.epoch.desc(), other.c.version.desc())
        .limit(1)
        .correlate(RECORD)
    )
    return func.coalesce(earlier.scalar_subquery(), mine[name])


class Moved:
    """Entities as they are at a valid time: their ``state``, whether that is a ``live`` one, and to whom that matters
    (``those``)."""

    def __init__(self, state: ColumnElement[Any], live: ColumnElement[Any], those: ColumnElement[bool]) -> None:
        self.state, self.live = state.label("state"), live.label("live")
        self.those = those
        kept = [column for column in RECORD.c if column.name not in ("state", "live")]
        self.rows: Subquery = select(*kept, self.state, self.live).subquery(RECORD.name)


_MOVES = [*_moves()]
_CLOCKED = sorted(kind for _, kinds in _CLOCKS for kind in kinds)
_UNDONE = undone(RECORD)
FORESEEN = Moved(
    case(*((moves, state) for moves, state, _ in _MOVES), else_=RECORD.c.state),
    case(*((moves, live) for moves, _, live in _MOVES), else_=RECORD.c.live),
    and_(RECORD.c.kind.in_(_CLOCKED), or_(*(moves for moves, *_ in _MOVES))),
)
TAKEN_BACK = Moved(
    case((_UNDONE, _before("state")), else_=RECORD.c.state),
    case((_UNDONE, _before("live")), else_=RECORD.c.live),
    _UNDONE,
)


def moved(asked_at: datetime | None, at: datetime) -> Moved | None:
    """How entities are at a valid time that was asked about at an instant; None for as they are recorded."""
    if asked_at is None or at == asked_at:
        return None
    return FORESEEN if at > asked_at else TAKEN_BACK


# what every page of a view asks for is put together once; few stay, since of most there is one for each request
@lru_cache(maxsize=64)
def at_that_time(query: Any, moved: Moved) -> Any:
    """The same statement over entities in the states that they have then. Rows have columns by name."""

    def replaced(element: Any, **_: Any) -> Any:
        if element is RECORD:
            return moved.rows
        return moved.rows.c[element.name] if isinstance(element, Column) and element.table is RECORD else None

    return visitors.replacement_traverse(query, {}, replaced)
