"""What people have done about findings. Alignment records it itself, so it stays when the view is built anew.

A moment is asked about on both axes of time: what was recorded until ``known``, and what of it holds ``at`` an instant.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import ACKNOWLEDGEMENT, COMMENT, WAIVER
from shared.clock import rfc3339
from shared.storage.arrays import chunks
from shared.storage.db import MOMENT

Json = dict[str, Any]
MOST_WAIVED = 10_000
"""Findings whose waivers are looked at together, of those that hold at one moment."""
MOST_COMMENTS = 100
"""Comments of one finding that are shown, the newest."""
_KNOWN, _AT = (bindparam(name, type_=MOMENT) for name in ("known", "at"))


@dataclass
class Handling:
    """What has been done about one finding; ``comments`` counts them."""

    waiver: Json | None = None
    acknowledgement: Json | None = None
    comments: int = 0

    def told(self) -> Json:
        return {"waiver": self.waiver, "acknowledgement": self.acknowledgement, "comments": self.comments}


def _holds(table: Table) -> ColumnElement[bool]:
    """It was made by then, has begun, and has not ended: what was ended later held until then."""
    begun = (table.c.created_at <= _KNOWN) & (table.c.created_at <= _AT)
    valid = or_(table.c.valid_from.is_(None), table.c.valid_from <= _AT)
    ended = or_(table.c.ended_at.is_(None), table.c.ended_at > _KNOWN, table.c.ended_at > _AT)
    return begun & valid & or_(table.c.valid_to.is_(None), table.c.valid_to > _AT) & ended


def _some(table: Table, text: Column[Any], until: Any) -> Select[Any]:
    told = [table.c[name] for name in ("finding_id", "id", "key", "created_by", "created_at", "owner_kind", "owner_id")]
    columns = literal(table.name).label("what"), *told, text.label("text"), until.label("until")
    return select(*columns).where(_holds(table), table.c.finding_id.in_(bindparam("findings", expanding=True)))


@cache
def _of_findings() -> Any:
    no_end = null().cast(MOMENT)
    return union_all(
        _some(WAIVER, WAIVER.c.reason, WAIVER.c.valid_to),
        _some(ACKNOWLEDGEMENT, ACKNOWLEDGEMENT.c.description, ACKNOWLEDGEMENT.c.due),
        _some(COMMENT, COMMENT.c.text, no_end),
    )


async def handled(
    connection: AsyncConnection, findings: Iterable[str], known: datetime, at: datetime
) -> dict[str, Handling]:
    """By the id of a finding, of those about which anything has been done."""
    found: dict[str, Handling] = defaultdict(Handling)
    for some in chunks(sorted(findings)):
        given = {"findings": [UUID(id) for id in some], "known": known, "at": at}
        for row in await connection.execute(_of_findings(), given):
            _add(found[str(row.finding_id)], row)
    return found


def _add(handling: Handling, row: Any) -> None:
    if row.what == COMMENT.name:
        handling.comments += 1
        return
    told = {"id": str(row.id), "key": row.key, "by": row.created_by, "at": rfc3339(row.created_at)}
    if row.what == WAIVER.name:
        # of several the one that lasts longest says until when
        if handling.waiver is None or rfc3339(row.until) > handling.waiver["until"]:
            handling.waiver = told | {"reason": row.text, "until": rfc3339(row.until)}
    else:
        owner = f"{row.owner_kind}/{row.owner_id}" if row.owner_id else None
        due = row.until and rfc3339(row.until)
        handling.acknowledgement = told | {"owner": owner, "note": row.text, "due": due}


@cache
def _waived() -> Select[Any]:
    order = WAIVER.c.created_at.desc(), WAIVER.c.id
    return select(WAIVER.c.finding_id).where(_holds(WAIVER)).order_by(*order).limit(MOST_WAIVED)


async def waived(connection: AsyncConnection, known: datetime, at: datetime) -> set[str]:
    """Ids of the findings whose waivers hold."""
    rows = await connection.execute(_waived(), {"known": known, "at": at})
    return {str(id) for id in rows.scalars()}


@cache
def _acted_on() -> Select[Any]:
    table = ACKNOWLEDGEMENT
    theirs = table.c.owner_id.in_(bindparam("owners", expanding=True))
    return (
        select(table.c.finding_id, table.c.owner_kind, table.c.owner_id)
        .where(_holds(table), theirs)
        .order_by(table.c.due.is_(None), table.c.due, table.c.created_at, table.c.id)
    )


async def acted_on(
    connection: AsyncConnection, owners: Sequence[str], known: datetime, at: datetime, most: int
) -> list[str]:
    """Ids of findings that are acknowledged as any of these to act on, those due first."""
    given = {"owners": [UUID(owner.partition("/")[2]) for owner in owners], "known": known, "at": at}
    rows = await connection.execute(_acted_on().limit(most), given)
    return [str(row.finding_id) for row in rows if f"{row.owner_kind}/{row.owner_id}" in owners]


@cache
def _comments() -> Select[Any]:
    mine = COMMENT.c.finding_id == bindparam("finding"), _holds(COMMENT)
    return select(COMMENT).where(*mine).order_by(COMMENT.c.created_at.desc(), COMMENT.c.id).limit(MOST_COMMENTS)


async def comments(connection: AsyncConnection, finding: str, known: datetime, at: datetime) -> list[Json]:
    """What has been said about a finding, newest first."""
    rows = await connection.execute(_comments(), {"finding": UUID(finding), "known": known, "at": at})
    return [*_told(rows)]


def _told(rows: Iterable[Any]) -> Iterator[Json]:
    for row in rows:
        yield {"id": str(row.id), "key": row.key, "by": row.created_by, "at": rfc3339(row.created_at), "text": row.text}
