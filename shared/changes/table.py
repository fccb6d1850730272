"""The rows of the change table and of its leader, and every statement that reads or appends them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Select, Table, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared.contracts.events import EventId, Fact
from shared.http.pagination import filled

EPOCH = 1


class ChangeRow:
    """One version of one entity. A row without ``position`` waits for the leader; a sequenced one changes only in
    ``published_at``. ``sequence`` is the order of insertion and means nothing outside one entity."""

    __tablename__ = "change"

    sequence: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int | None] = mapped_column(unique=True)
    epoch: Mapped[int]
    kind: Mapped[str]
    id: Mapped[UUID]
    version: Mapped[int]
    recorded_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    action: Mapped[str]
    actor: Mapped[str]
    correlation_id: Mapped[str]
    causation_id: Mapped[str | None]
    traceparent: Mapped[str | None]
    means: Mapped[str | None]
    data: Mapped[str]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805  SQLAlchemy hands over the class
        return (
            UniqueConstraint("kind", "id", "epoch", "version"),
            Index("ix_change_unsequenced", "sequence", **_where("position IS NULL")),
            Index("ix_change_unpublished", "position", **_where("published_at IS NULL")),
            Index("ix_change_deleted", "kind", "sequence", **_where("action = 'deleted'")),
        )


class LeaderRow:
    """The one lease of an owner database, and how far its changes are sequenced. Its row is made by the migration."""

    __tablename__ = "leader"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    term: Mapped[int]
    until: Mapped[datetime]
    position: Mapped[int]
    recorded_until: Mapped[datetime]
    seeded_until: Mapped[datetime | None]


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


@dataclass(frozen=True)
class Head:
    """Everything recorded until ``recorded_until`` has a position of at most ``position``."""

    position: int
    recorded_until: datetime
    epoch: int = EPOCH


async def append(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Record versions in the caller's transaction; the leader gives them their positions."""
    await connection.execute(table.insert(), [{"epoch": EPOCH, **row} for row in rows])


async def head(connection: AsyncConnection, table: Table) -> Head:
    row = (await connection.execute(select(table.c.position, table.c.recorded_until))).one()
    return Head(*row)


async def changes_after(
    connection: AsyncConnection, table: Table, service: str, after: int, limit: int, *where: ColumnElement[bool]
) -> tuple[list[tuple[int, bytes]], bool]:
    """Events in position order from the one after ``after``, each with its position, as many as a page has room for;
    and whether those are all that there are."""
    query = facts_in(table).where(*where).order_by(table.c.position)

    async def read(place: int | None, most: int) -> tuple[list[tuple[tuple[int, bytes], int, int]], int | None]:
        rows = await connection.execute(query.where(table.c.position > place).limit(most))
        events = [(each.position, each.envelope()) for each in (fact(service, row) for row in rows)]
        following = events[-1][0] if len(events) == most else None
        return [((position, event), len(event), position) for position, event in events], following

    events, following = await filled(read, limit, after)
    return events, following is None


def versions(table: Table, kind: str, id: UUID) -> Select[Any]:
    """Every version of one entity, oldest first."""
    return select(table).where(table.c.kind == kind, table.c.id == id).order_by(table.c.epoch, table.c.version)


def facts_in(table: Table) -> Select[Any]:
    """What makes a fact, in the order of its members: by name it takes as long to read a row as to fetch it."""
    return select(*(table.c[field.name] for field in fields(Fact) if field.name in table.c))


def fact(service: str, row: Any) -> Fact:
    """From a row of ``facts_in``."""
    position, epoch, kind, id, *rest = row
    return Fact(service, position, epoch, kind, str(id), *rest)


def event_id(kind: str, id: UUID, version: int) -> EventId:
    return EventId(kind, str(id), EPOCH, version)
