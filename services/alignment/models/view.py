"""Tables of the view. All of it can be rebuilt from the owners' changes, generation by generation.
A *reference* is the text ``kind/id``. Rows have an interval of transaction time, ``recorded_from`` up to but without
``recorded_to``; the current row's has not ended (FOREVER), so one statement serves any moment."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.alignment.models.base import Base, given, where
from shared.storage.db import Json

NODES = text("record.kind <> 'link'")
"""As a condition of statements: written as in the index of lists, which is taken for nothing else."""


class Generation(Base):
    """One build of the view: building, active or retired. ``settled_until`` is the newest instant that has been judged,
    ``surveyed_until`` that at which all of it was looked at last, ``phase`` what a build is at, ``reason`` why it was
    made if it was not asked for, ``rules`` by which it judges, ``packs`` with which others, ``settings`` those that
    count by ``settled_until``. One process writes to it at a time, ``writer`` until ``writer_until``; ``batch`` counts
    what it has written."""

    __tablename__ = "generation"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str]
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    settled_until: Mapped[datetime]
    surveyed_until: Mapped[datetime | None]
    phase: Mapped[str | None]
    reason: Mapped[str | None]
    rules: Mapped[str | None]
    settings: Mapped[str | None]
    packs: Mapped[str | None]
    batch: Mapped[int | None]
    writer: Mapped[str | None]
    writer_until: Mapped[datetime | None]


class Progress(Base):
    """Per service: the highest position below which nothing is missing, and until when that is everything; ``head`` is
    where the service was when a build last asked."""

    __tablename__ = "progress"

    generation: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    recorded_until: Mapped[datetime]
    head: Mapped[int | None]


class Ahead(Base):
    """A position that arrived before one that is lower."""

    __tablename__ = "ahead"

    generation: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)


class Offset(Base):
    """Where to read on in a partition of the bus; moved in the transaction that applies what was read."""

    __tablename__ = "offset"

    generation: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    next: Mapped[int]
    log: Mapped[str]


class Record(Base):
    """One version of an entity or link. ``models`` are those that it came from, each in a line of its own;
    ``sign_in`` is as whom a party or stakeholder signs in."""

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_list", "generation", "kind", "key", "ref", "recorded_to", **where(text("kind <> 'link'"))),
        Index("ix_record_recorded", "generation", "recorded_from"),
        Index("ix_record_models", "generation", "models", **given("models")),
        Index("ix_record_begins", "generation", "valid_from", **given("valid_from")),
        Index("ix_record_ends", "generation", "valid_to", **given("valid_to")),
        Index("ix_record_owner", "generation", "owner", "recorded_to", **given("owner")),
        Index("ix_record_sign_in", "generation", "sign_in", "recorded_to", **given("sign_in")),
    )

    generation: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    service: Mapped[str]
    position: Mapped[int]
    key: Mapped[str | None]
    name: Mapped[str | None]
    folded: Mapped[str | None]
    type: Mapped[str | None]
    state: Mapped[str]
    live: Mapped[bool]
    deleted: Mapped[bool]
    criticality: Mapped[int | None]
    owner: Mapped[str | None]
    models: Mapped[str | None]
    sign_in: Mapped[str | None]
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]
    recorded_from: Mapped[datetime]
    recorded_to: Mapped[datetime]
    actor: Mapped[str]
    data: Mapped[Json]


class Edge(Base):
    """One relation in a version of its origin: ``up`` is the end that the other justifies, ``came_as`` how it came."""

    __tablename__ = "edge"
    __table_args__ = (
        Index("ix_edge_out", "generation", "source", "recorded_to", "live", "type", "target", "origin"),
        Index("ix_edge_in", "generation", "target", "recorded_to", "live", "type", "source", "origin"),
        Index("ix_edge_held", "generation", "holder", "recorded_to"),
        Index("ix_edge_begins", "generation", "valid_from", **given("valid_from")),
        Index("ix_edge_ends", "generation", "valid_to", **given("valid_to")),
    )

    generation: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    source: Mapped[str]
    target: Mapped[str]
    holder: Mapped[str]
    field: Mapped[str | None]
    up: Mapped[str | None]
    live: Mapped[bool]
    rationale: Mapped[str | None]
    confidence: Mapped[float | None]
    came_as: Mapped[str | None]
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]
    recorded_from: Mapped[datetime]
    recorded_to: Mapped[datetime]


class Finding(Base):
    """One interval in which a rule was broken in the same way; ``resolved_at`` is FOREVER while it is, and ``since`` is
    when it came to be broken."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_open", "generation", "resolved_at", "rule", "severity", "subject", "id"),
        Index("ix_finding_worst", "generation", "resolved_at", "severity", "rule", "subject", "id"),
        Index("ix_finding_ever", "generation", "severity", "rule", "subject", "id"),
        Index("ix_finding_opened", "generation", "opened_at"),
        Index("ix_finding_subject", "generation", "subject", "resolved_at"),
    )

    generation: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(primary_key=True)
    resolved_at: Mapped[datetime]
    since: Mapped[datetime]
    rule: Mapped[str]
    subject: Mapped[str]
    severity: Mapped[int]
    evidence: Mapped[Json]


class Tally(Base):
    """How many there were of what at a moment, with everything that was recorded until then."""

    __tablename__ = "tally"

    generation: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    counts: Mapped[Json]


class DeadLetter(Base):
    """A message that could not be read, kept as it came."""

    __tablename__ = "dead_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(unique=True)
    value: Mapped[bytes]
    error: Mapped[str]
    at: Mapped[datetime]
