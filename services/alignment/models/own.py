"""What alignment records itself: no rebuild touches it, and it is in no generation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.alignment.models.base import Base, where
from shared.changes import ChangeRow, LeaderRow
from shared.resource import EntityRow, IdempotencyRow
from shared.storage.db import Json


class Baseline(EntityRow, Base):
    __tablename__ = "baseline"

    at: Mapped[datetime | None]


class ActRow(EntityRow):
    """What somebody does about a finding."""

    finding_id: Mapped[UUID] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class Waiver(ActRow, Base):
    __tablename__ = "waiver"

    reason: Mapped[str]


class Acknowledgement(ActRow, Base):
    __tablename__ = "acknowledgement"
    __table_args__ = (Index("uq_acknowledgement_active", "finding_id", unique=True, **where(text("state = 'active'"))),)

    due: Mapped[datetime | None]


class Comment(ActRow, Base):
    __tablename__ = "comment"

    text: Mapped[str]


class Setting(EntityRow, Base):
    """Of a rule. ``effective_at`` is when it begins to count."""

    __tablename__ = "setting"
    __table_args__ = (Index("uq_setting_active", "rule", unique=True, **where(text("state = 'active'"))),)

    rule: Mapped[str]
    off: Mapped[bool]
    severity: Mapped[str | None]
    limits: Mapped[Json]
    reason: Mapped[str]
    effective_at: Mapped[datetime | None]


class Scenario(EntityRow, Base):
    __tablename__ = "scenario"

    steps: Mapped[Json]
    at: Mapped[datetime | None]


class Campaign(EntityRow, Base):
    __tablename__ = "campaign"

    items: Mapped[Json]
    due: Mapped[datetime]


class RulePack(EntityRow, Base):
    __tablename__ = "rule_pack"
    __table_args__ = (Index("uq_rule_pack_active", "prefix", unique=True, **where(text("state = 'active'"))),)

    prefix: Mapped[str]
    source: Mapped[str | None]
    rules: Mapped[Json]


class Change(ChangeRow, Base):
    pass


class Leader(LeaderRow, Base):
    pass


class Idempotency(IdempotencyRow, Base):
    pass


class Announced(Base):
    """What was told last of a finding, or of the score. ``doubtful`` where what it rests on was found to be otherwise
    later."""

    __tablename__ = "announced"
    __table_args__ = (
        Index("ix_announced_open", "id", **where(text("is_open"))),
        Index("ix_announced_doubtful", "id", **where(text("doubtful"))),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    is_open: Mapped[bool]
    doubtful: Mapped[bool]
    state: Mapped[Json]


class Announcing(Base):
    """How far the findings of a generation have been told, in one row: those that came up or changed until
    ``opened_at`` (of one instant, up to ``opened_id``), those that ended, and what was waived by the changes up to
    ``position``. ``checked`` is the id up to which all that is open has been held against the generation."""

    __tablename__ = "announcing"

    name: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int]
    opened_at: Mapped[datetime]
    opened_id: Mapped[str]
    ended_at: Mapped[datetime]
    ended_id: Mapped[str]
    position: Mapped[int]
    checked: Mapped[str | None]
    scored_at: Mapped[datetime]
