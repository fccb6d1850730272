"""How far telling has come, and whose findings are to be looked at next. Nothing here is a matter of order: what is
looked at is held against what was told of it, so to look once too often costs a look."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Select, bindparam, func, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import ANNOUNCED, ANNOUNCING, CHANGE, FINDING, LEADER, WAIVER
from shared.clock import FIRST
from shared.storage.db import MOMENT

AT_ONCE = 200
"""Findings that are looked at in one transaction, in each of the ways in which one comes to be looked at."""
_NAME = "findings"
_AFTER, _UNTIL = (bindparam(name, type_=MOMENT) for name in ("after", "until"))


@dataclass(frozen=True)
class Place:
    """The row of ``announcing``."""

    generation: int
    opened_at: datetime = FIRST
    opened_id: str = ""
    ended_at: datetime = FIRST
    ended_id: str = ""
    position: int = 0
    checked: str | None = ""
    scored_at: datetime = FIRST


async def begin(connection: AsyncConnection, generation: int, until: datetime) -> Place:
    """Where to go on, with the row locked. In another generation than before all that is open now is looked at, and
    all that was told to be open."""
    row = (await connection.execute(_row())).one_or_none()
    if row is None:
        place = Place(generation, ended_at=until, position=await _position(connection), checked=None)
        await connection.execute(insert(ANNOUNCING).values(name=_NAME, **vars(place)))
        return place
    place = Place(*row[1:])
    if place.generation != generation:
        anew = Place(generation, ended_at=until)
        place = replace(anew, position=place.position, scored_at=place.scored_at)
    return place


async def scored_at(connection: AsyncConnection) -> datetime:
    """The moment whose score was told last, or was the same as that."""
    found: datetime | None = (await connection.execute(select(ANNOUNCING.c.scored_at))).scalar()
    return found or FIRST


@cache
def _row() -> Select[Any]:
    return select(ANNOUNCING).where(ANNOUNCING.c.name == _NAME).with_for_update()


async def keep(connection: AsyncConnection, place: Place) -> None:
    await connection.execute(update(ANNOUNCING).where(ANNOUNCING.c.name == _NAME).values(**vars(place)))


async def _position(connection: AsyncConnection) -> int:
    position: int = (await connection.execute(select(LEADER.c.position))).scalar_one()
    return position


@dataclass
class Some:
    """Findings to be looked at, where to go on after them, and whether there are more."""

    ids: set[str]
    place: Place
    more: bool = False


async def following(connection: AsyncConnection, place: Place, until: datetime) -> Some:
    """The next findings that may be other than they were told to be, at an instant until which all is judged."""
    some = Some(set(), place)
    await _doubtful(connection, some)
    await _checked(connection, some)
    for name, column in (("opened", FINDING.c.opened_at), ("ended", FINDING.c.resolved_at)):
        at, last = f"{name}_at", f"{name}_id"
        given = {"generation": place.generation, "after": getattr(place, at), "id": getattr(place, last)}
        rows = (await connection.execute(_changed(column), given | {"until": until})).all()
        full = len(rows) == AT_ONCE
        # at the end it begins with that instant again: something else may come up at the same one
        reached = {at: rows[-1].at, last: rows[-1].id} if full else {at: max(until, getattr(place, at)), last: ""}
        some.ids.update(row.id for row in rows)
        some.place, some.more = replace(some.place, **reached), some.more or full
    await _waived(connection, some)
    return some


@cache
def _changed(column: Any) -> Select[Any]:
    place = tuple_(column, FINDING.c.id) > tuple_(_AFTER, bindparam("id"))
    mine = FINDING.c.generation == bindparam("generation"), column >= _AFTER, place, column <= _UNTIL
    grave = FINDING.c.severity >= 0  # what is only counted has none
    return select(FINDING.c.id, column.label("at")).where(*mine, grave).order_by(column, FINDING.c.id).limit(AT_ONCE)


# as the conditions of the indexes have it: SQLite finds no index by "doubtful = 1"
_DOUBTFUL = select(ANNOUNCED.c.id).where(text("doubtful")).order_by(ANNOUNCED.c.id).limit(AT_ONCE)
_OPEN = select(ANNOUNCED.c.id).where(text("is_open"), ANNOUNCED.c.id > bindparam("after"))
_CHECKED = _OPEN.order_by(ANNOUNCED.c.id).limit(AT_ONCE)


async def _doubtful(connection: AsyncConnection, some: Some) -> None:
    ids = (await connection.execute(_DOUBTFUL)).scalars().all()
    some.ids.update(ids)
    some.more = some.more or len(ids) == AT_ONCE


async def _checked(connection: AsyncConnection, some: Some) -> None:
    if some.place.checked is not None:
        ids = (await connection.execute(_CHECKED, {"after": some.place.checked})).scalars().all()
        some.ids.update(ids)
        full = len(ids) == AT_ONCE
        some.place, some.more = replace(some.place, checked=ids[-1] if full else None), some.more or full


_WAIVERS = (
    select(CHANGE.c.position, CHANGE.c.data)
    .where(CHANGE.c.kind == WAIVER.name, CHANGE.c.position > bindparam("after"))
    .where(CHANGE.c.position <= bindparam("until"))
    .order_by(CHANGE.c.position)
    .limit(AT_ONCE)
)


async def _waived(connection: AsyncConnection, some: Some) -> None:
    """What somebody has waived, or waives no more."""
    head = await _position(connection)
    rows = (await connection.execute(_WAIVERS, {"after": some.place.position, "until": head})).all()
    some.ids.update(orjson.loads(row.data)["state"]["finding_id"] for row in rows)
    full = len(rows) == AT_ONCE
    some.place = replace(some.place, position=rows[-1].position if full else head)
    some.more = some.more or full


_WAITING = select(CHANGE.c.sequence).where(CHANGE.c.published_at.is_(None))


async def waiting(connection: AsyncConnection, most: int) -> bool:
    """Whether at least so many changes have not been published yet."""
    counted = select(func.count()).select_from(_WAITING.limit(most).subquery())
    number: int = (await connection.execute(counted)).scalar_one()
    return number >= most
