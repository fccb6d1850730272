"""Entities as the clocks of their owners will have moved them by a valid time to come, as the contracts of kinds
declare it (``timed``): in SQL what ``judge.scheduled`` says of versions. History and members are what is recorded.

The state is an expression over the columns of the row itself. Nothing has to be read for it first, however much turns,
and every index stays in use. Relations stay as they are: no clock moves a link, nor any entity that says one between
two others (``Reference.start``); where the holder is an end, its own state counts.
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
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeDecorator

from services.alignment.models import RECORD
from shared.contracts import NODE_KINDS
from shared.contracts.base import Timed
from shared.storage.db import MOMENT, TEXT


class _Written(TypeDecorator[datetime]):
    """An instant as members have it, without the sign of its zone: such texts sort as instants do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002  its signature
        return value.replace(tzinfo=None).isoformat() if value else None


ASKED_AT, AT = (bindparam(name, type_=MOMENT) for name in ("asked_at", "at"))
"""What has been due before it was asked has not been moved for some reason, and stays; and the valid time."""
_ASKED_AT_WRITTEN, _AT_WRITTEN = (bindparam(f"{name}_written", type_=_Written()) for name in ("asked_at", "at"))


def given(asked_at: datetime | None, at: datetime) -> dict[str, datetime | None]:
    """What a statement is given for its parameters."""
    return {"asked_at": asked_at, "at": at, "asked_at_written": asked_at, "at_written": at}


class _Due(NamedTuple):
    """Whether something is due by the valid time, and whether by then but not by when it was asked."""

    ever: ColumnElement[bool]
    anew: ColumnElement[bool]


def _due(path: str) -> _Due:
    if path in RECORD.c:
        instant: ColumnElement[Any] = RECORD.c[path]
        return _Due(instant <= AT, and_(instant > ASKED_AT, instant <= AT))
    member = RECORD.c.data[tuple(path.split("."))].as_string()
    written = cast(func.rtrim(func.replace(member, "+00:00", ""), "Z"), TEXT)
    until, after = cast(_AT_WRITTEN, TEXT), cast(_ASKED_AT_WRITTEN, TEXT)
    return _Due(written <= until, and_(written > after, written <= until))


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
        dues = [_due(each.at) for each in self.timed if each.state == state]
        return or_(false(), *(each.anew if anew else each.ever for each in dues))

    def then(self, state: str) -> tuple[Any, Any]:
        """Of what has come to a state by the clock: the state to which that leads on by the valid time, and whether it
        is a live one."""
        is_live = true() if state in self.live else false()
        if (target := self.target(state)) is None:
            return cast(state, TEXT), is_live
        due, (name, live) = self.due(state, anew=False), self.then(target)
        return case((due, name), else_=cast(state, TEXT)), case((due, live), else_=is_live)


def _moves() -> Iterator[tuple[ColumnElement[bool], Any, Any]]:
    """What moves, with the state that it has then and whether that is a live one."""
    alike: dict[_Clock, list[str]] = defaultdict(list)
    for kind in NODE_KINDS.values():
        live = frozenset(each.to for each in kind.timed if kind.is_live(each.to))
        alike[_Clock(kind.timed, live)].append(kind.name)
    for clock, kinds in alike.items():
        for state in dict.fromkeys(each.state for each in clock.timed):
            target = clock.target(state)
            assert target is not None
            mine = RECORD.c.deleted.is_(False), RECORD.c.kind.in_(kinds), RECORD.c.state == state
            yield and_(*mine, clock.due(state, anew=True)), *clock.then(target)


_MOVES = list(_moves())
STATE = case(*((moves, state) for moves, state, _ in _MOVES), else_=RECORD.c.state).label("state")
LIVE = case(*((moves, live) for moves, _, live in _MOVES), else_=RECORD.c.live).label("live")
_CLOCKED = sorted(kind.name for kind in NODE_KINDS.values() if kind.timed)
IS_MOVED = and_(RECORD.c.kind.in_(_CLOCKED), or_(*(moves for moves, *_ in _MOVES)))
_KEPT = [column for column in RECORD.c if column.name not in ("state", "live")]
_THEN = select(*_KEPT, STATE, LIVE).subquery(RECORD.name)


# what every page of a view asks for is put together once; few stay, since of most there is one for each request
@lru_cache(maxsize=64)
def foreseen(query: Any) -> Any:
    """The same statement over entities in the states that they will have. Rows have columns by name."""
    return visitors.replacement_traverse(query, {}, _replaced)


def _replaced(element: Any, **_: Any) -> Any:
    if element is RECORD:
        return _THEN
    return _THEN.c[element.name] if isinstance(element, Column) and element.table is RECORD else None
