"""What alignment records itself: no rebuild touches it, and it is in no generation. And who is signed in."""

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


class Change(ChangeRow, Base):
    pass


class Leader(LeaderRow, Base):
    pass


class Idempotency(IdempotencyRow, Base):
    pass


class Session(Base):
    """Somebody signed in on the page. ``id`` is the hash of what the browser holds; ``kid`` the key of the code."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    scopes: Mapped[str]
    kid: Mapped[str]
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class SpentCode(Base):
    """A code of signing in that has been used, until it would have ended by itself."""

    __tablename__ = "spent_code"

    id: Mapped[str] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
