"""Columns that every entity table has, and the way between a state and its row.

A column is named as the member that it holds. A ``{kind, id}`` member may be two columns instead (``owner_kind``,
``owner_id``), so that it can be filtered on.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, MetaData, RowMapping, Table, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared.contracts.base import Kind, Record, folded
from shared.storage.db import Json

ACTIVE = "state = 'active'"


class RecordRow:
    """What links and entities have in common."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    state_reason: Mapped[str | None]
    version: Mapped[int]
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]
    provenance: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    updated_by: Mapped[str]


class EntityRow(RecordRow):
    """Common columns of a kind; ``folded`` is what the search looks at."""

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    folded: Mapped[str]
    description: Mapped[str | None]
    owner_kind: Mapped[str | None]
    owner_id: Mapped[UUID | None] = mapped_column(index=True)
    criticality: Mapped[int | None]
    tags: Mapped[Json]
    external_refs: Mapped[Json]
    review: Mapped[Json | None]
    custom: Mapped[Json]


class LinkRow(RecordRow):
    """A link; no two active ones have the same type and ends."""

    __tablename__ = "link"

    type: Mapped[str]
    source_kind: Mapped[str]
    source_id: Mapped[UUID] = mapped_column(index=True)
    target_kind: Mapped[str]
    target_id: Mapped[UUID] = mapped_column(index=True)
    rationale: Mapped[str | None]
    confidence: Mapped[float | None]
    sign: Mapped[str | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805  SQLAlchemy hands over the class
        ends = ("type", "source_kind", "source_id", "target_kind", "target_id")
        active = text(ACTIVE)
        return (Index("uq_link_active", *ends, unique=True, sqlite_where=active, postgresql_where=active),)


def index_lists(metadata: MetaData) -> None:
    """An index of one column goes on by id, as the lists do that are sorted by it, or have one value of it."""
    for table in metadata.tables.values():
        alone = [index for index in table.indexes if len(index.columns) == 1 and not index.unique]
        for index in alone if table.primary_key.columns.keys() == ["id"] and "updated_at" in table.c else ():
            table.indexes.remove(index)
            Index(index.name, *index.columns, table.c.id)


def to_row(table: Table, state: Record) -> dict[str, Any]:
    """The column values of a state."""
    members = state.model_dump()
    if "folded" in table.c:
        members["folded"] = folded(members["name"], members["key"])
    return {column: _value(column, members) for column in table.columns.keys()}  # noqa: SIM118  iterating a collection gives columns


def _value(column: str, members: Mapping[str, Any]) -> Any:
    if column in members:
        return members[column]
    base, _, part = column.rpartition("_")
    return (members[base] or {}).get(part)


def from_row(kind: Kind, row: RowMapping) -> Record:
    """The state in a row."""
    members = {name: _member(name, row) for name in kind.model.model_fields if name != "kind"}
    return kind.model.model_validate(members)


def _member(name: str, row: RowMapping) -> Any:
    if name in row:
        return row[name]
    kind = row[f"{name}_kind"]
    return kind and {"kind": kind, "id": row[f"{name}_id"]}
