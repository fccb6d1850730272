"""Tables of the strategy service; the members that a kind does not share with all others."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import DeclarativeBase, Mapped

from shared.changes import ChangeRow, LeaderRow
from shared.db import TYPES, Json, named_metadata
from shared.resource import EntityRow, LinkRow


class Base(DeclarativeBase):
    metadata = named_metadata()
    type_annotation_map = TYPES


class Change(ChangeRow, Base):
    pass


class Leader(LeaderRow, Base):
    pass


class Link(LinkRow, Base):
    pass


class Strategy(EntityRow, Base):
    __tablename__ = "strategy"

    type: Mapped[str | None]
    horizon: Mapped[str | None]
    scope: Mapped[str | None]
    mission: Mapped[str | None]
    vision: Mapped[str | None]
    sponsor: Mapped[str | None]


class Objective(EntityRow, Base):
    __tablename__ = "objective"

    level: Mapped[str | None]
    side: Mapped[str | None]
    due: Mapped[date | None]
    priority: Mapped[int | None]
    parent_id: Mapped[UUID | None]


class Outcome(EntityRow, Base):
    __tablename__ = "outcome"

    type: Mapped[str | None]
    consumer_group_id: Mapped[UUID | None]
    stakeholder_ids: Mapped[Json]
    value_statement: Mapped[str | None]


class Tactic(EntityRow, Base):
    __tablename__ = "tactic"

    side: Mapped[str | None]
    budget: Mapped[float | None]
    period: Mapped[str | None]
    it_dependent: Mapped[bool | None]
