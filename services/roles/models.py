"""Tables of the roles service; the members that a kind does not share with all others."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.changes import ChangeRow, LeaderRow
from shared.resource import EntityRow, IdempotencyRow, LinkRow, index_lists
from shared.storage.db import TYPES, Json, named_metadata


class Base(DeclarativeBase):
    metadata = named_metadata()
    type_annotation_map = TYPES


class Change(ChangeRow, Base):
    pass


class Leader(LeaderRow, Base):
    pass


class Link(LinkRow, Base):
    pass


class Idempotency(IdempotencyRow, Base):
    pass


class Party(EntityRow, Base):
    __tablename__ = "party"

    type: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(index=True)
    capacity: Mapped[float | None]
    skills: Mapped[Json]
    parent_id: Mapped[UUID | None]
    purpose: Mapped[str | None]
    risk_class: Mapped[str | None]
    accountable_id: Mapped[UUID | None]
    oversight_role_id: Mapped[UUID | None]


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


class Control(EntityRow, Base):
    __tablename__ = "control"

    policy_id: Mapped[UUID | None]
    cadence: Mapped[str | None]
    evidence_ids: Mapped[Json]


class RoleAssignment(EntityRow, Base):
    __tablename__ = "role_assignment"
    # which are over, every few seconds
    __table_args__ = (Index("ix_role_assignment_state_valid_to", "state", "valid_to"),)

    party_id: Mapped[UUID]
    role_id: Mapped[UUID] = mapped_column(index=True)
    scope_kind: Mapped[str]
    scope_id: Mapped[UUID] = mapped_column(index=True)
    deputy_id: Mapped[UUID | None]
    delegated_by_id: Mapped[UUID | None]


class Activity(EntityRow, Base):
    __tablename__ = "activity"

    process_id: Mapped[UUID] = mapped_column(index=True)
    order: Mapped[int | None]
    what: Mapped[str | None]
    decision: Mapped[bool | None]
    is_end: Mapped[bool | None]
    needs_instruction: Mapped[bool | None]
    raci: Mapped[Json]
    segregated_from_ids: Mapped[Json]


class Procedure(EntityRow, Base):
    __tablename__ = "procedure"

    activity_ids: Mapped[Json]
    steps: Mapped[Json]


class WorkInstruction(EntityRow, Base):
    __tablename__ = "work_instruction"

    procedure_id: Mapped[UUID | None]
    steps: Mapped[Json]


class Handoff(EntityRow, Base):
    __tablename__ = "handoff"

    from_activity_id: Mapped[UUID]
    to_activity_id: Mapped[UUID]
    deliverable_id: Mapped[UUID | None]
    acceptance: Mapped[str | None]
    max_wait: Mapped[str | None]


class Deliverable(EntityRow, Base):
    __tablename__ = "deliverable"

    type: Mapped[str | None]
    template: Mapped[str | None]
    quality_rule: Mapped[str | None]
    produced_by_ids: Mapped[Json]
    consumed_by_ids: Mapped[Json]


index_lists(Base.metadata)
