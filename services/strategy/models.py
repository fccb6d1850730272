"""Tables of the strategy service; the members that a kind does not share with all others."""

from datetime import date, datetime
from uuid import UUID

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
    parent_id: Mapped[UUID | None] = mapped_column(index=True)


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


class StrategyElement(EntityRow, Base):
    __tablename__ = "strategy_element"

    type: Mapped[str | None]
    statement: Mapped[str | None]
    rationale: Mapped[str | None]
    evidence_refs: Mapped[Json]
    strategy_id: Mapped[UUID | None]


class Driver(EntityRow, Base):
    __tablename__ = "driver"

    type: Mapped[str | None]


class Assessment(EntityRow, Base):
    __tablename__ = "assessment"

    driver_id: Mapped[UUID | None]
    swot: Mapped[str | None]
    finding: Mapped[str | None]


class Operation(EntityRow, Base):
    __tablename__ = "operation"

    side: Mapped[str | None]
    cadence: Mapped[str | None]
    run_cost: Mapped[float | None]
    it_dependent: Mapped[bool | None]


class Capability(EntityRow, Base):
    __tablename__ = "capability"

    maturity: Mapped[int | None]
    target_maturity: Mapped[int | None]
    side: Mapped[str | None]
    parent_id: Mapped[UUID | None]


class Plan(EntityRow, Base):
    __tablename__ = "plan"

    horizon: Mapped[str | None]
    budget: Mapped[float | None]
    steps: Mapped[Json]


class Project(EntityRow, Base):
    __tablename__ = "project"

    budget: Mapped[float | None]
    charter: Mapped[str | None]
    sponsor: Mapped[str | None]


class Csf(EntityRow, Base):
    __tablename__ = "csf"

    objective_id: Mapped[UUID | None]


class Kpi(EntityRow, Base):
    __tablename__ = "kpi"

    csf_id: Mapped[UUID | None]
    unit: Mapped[str | None]
    direction: Mapped[str | None]
    baseline: Mapped[float | None]
    target: Mapped[float | None]
    cadence: Mapped[str | None]
    source: Mapped[str | None]


class Measurement(EntityRow, Base):
    __tablename__ = "measurement"

    kpi_id: Mapped[UUID] = mapped_column(index=True)
    value: Mapped[float]
    at: Mapped[datetime]
    corrects_id: Mapped[UUID | None]


class Stakeholder(EntityRow, Base):
    __tablename__ = "stakeholder"

    party_id: Mapped[UUID | None]
    subject: Mapped[str | None] = mapped_column(index=True)
    interest: Mapped[str | None]
    influence: Mapped[int | None]
    side: Mapped[str | None]
    signs: Mapped[bool | None]
    authority_scope: Mapped[str | None]


class Increment(EntityRow, Base):
    __tablename__ = "increment"

    type: Mapped[str]
    items: Mapped[Json]
    signers: Mapped[Json]
    due: Mapped[datetime | None]
    supersedes_id: Mapped[UUID | None]
    authors: Mapped[Json]
    package: Mapped[Json]
    package_hash: Mapped[str | None]
    sign_offs: Mapped[Json]


class SignedItem(Base):
    """Under which increment something was signed, and when."""

    __tablename__ = "signed_item"

    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    increment_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class SignatureEntry(Base):
    """What was signed, in the order in which it was; rows are only ever added."""

    __tablename__ = "signature_entry"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    increment_id: Mapped[UUID] = mapped_column(unique=True)
    statement: Mapped[str]
    signature: Mapped[Json]


class SignatureNode(Base):
    """The hash of a complete subtree of the signature log."""

    __tablename__ = "signature_node"

    level: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str]


class SignatureHead(Base):
    """The signature log as it was with so many entries."""

    __tablename__ = "signature_head"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str]
    at: Mapped[datetime]
    signature: Mapped[Json]


index_lists(Base.metadata)
