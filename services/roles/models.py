"""Tables of the roles service; the members that a kind does not share with all others."""

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


class Party(EntityRow, Base):
    __tablename__ = "party"

    type: Mapped[str | None]
    capacity: Mapped[float | None]
    skills: Mapped[Json]
    parent_id: Mapped[UUID | None]


class Role(EntityRow, Base):
    __tablename__ = "role"

    type: Mapped[str | None]
    responsibilities: Mapped[str | None]
    required_skills: Mapped[Json]
    seats: Mapped[int | None]


class Process(EntityRow, Base):
    __tablename__ = "process"

    purpose: Mapped[str | None]
    trigger: Mapped[str | None]
    inputs: Mapped[Json]
    outputs: Mapped[Json]
    needs: Mapped[str | None]


class Policy(EntityRow, Base):
    __tablename__ = "policy"

    type: Mapped[str | None]
    statement: Mapped[str | None]
    enforcement: Mapped[str | None]
    scope: Mapped[str | None]
