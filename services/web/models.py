"""Tables of the page: who is signed in, the codes that were used for it, who was here when, and the files that somebody
brings in. It reads no other database."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.storage.db import TYPES, Json, named_metadata


class Base(DeclarativeBase):
    metadata = named_metadata()
    type_annotation_map = TYPES | {bytes: LargeBinary()}


class Session(Base):
    """Of a browser. ``id`` is the hash of what it holds, ``kid`` the key by which it began, or the mark of the provider
    that signed in; ``id_token`` is what that one gave, by which it knows whom to sign out."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    scopes: Mapped[str]
    kid: Mapped[str]
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    id_token: Mapped[str | None]


class SpentCode(Base):
    """A code, or the answer of a provider, that has signed somebody in, as long as it could be tried again."""

    __tablename__ = "spent_code"

    id: Mapped[str] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]


class Visit(Base):
    """Of a person: when they were here last, and ``before`` until when they were here the time before that."""

    __tablename__ = "visit"

    subject: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    before: Mapped[datetime | None]


class Import(Base):
    """Files that somebody brings in: what they said of them, the files one after the other, and the report. ``busy`` is
    who it is as long as it is worked on, which therefore is one at a time; ``beat_at`` when that was said last."""

    __tablename__ = "import"

    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    busy: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    asked: Mapped[Json]
    content: Mapped[bytes]
    done: Mapped[int]
    total: Mapped[int]
    told: Mapped[str | None]
    report: Mapped[bytes | None]
    began_at: Mapped[datetime]
    beat_at: Mapped[datetime]


SESSION, SPENT_CODE, VISIT, IMPORT = (
    Base.metadata.tables[name] for name in ("session", "spent_code", "visit", "import")
)
