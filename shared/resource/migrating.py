"""What a migration that adds a kind need not repeat: the columns that every entity table has had from the first.

A later column of all kinds comes by a migration of its own, so that this never changes what an old migration does.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

from shared.storage import db

_COMMON: tuple[tuple[str, Any, bool], ...] = (
    ("key", db.TEXT, False),
    ("name", db.TEXT, False),
    ("folded", db.TEXT, False),
    ("description", db.TEXT, True),
    ("owner_kind", db.TEXT, True),
    ("owner_id", sa.Uuid(), True),
    ("criticality", db.BIG, True),
    ("tags", db.JSON_TEXT, False),
    ("external_refs", db.JSON_TEXT, False),
    ("review", db.JSON_TEXT, True),
    ("custom", db.JSON_TEXT, False),
    ("id", sa.Uuid(), False),
    ("state", db.TEXT, False),
    ("state_reason", db.TEXT, True),
    ("version", db.BIG, False),
    ("valid_from", db.MOMENT, True),
    ("valid_to", db.MOMENT, True),
    ("provenance", db.JSON_TEXT, False),
    ("created_at", db.MOMENT, False),
    ("created_by", db.TEXT, False),
    ("updated_at", db.MOMENT, False),
    ("updated_by", db.TEXT, False),
)


def create_changes() -> None:
    """The table of changes, and its leader's one row."""
    op.create_table(
        "change",
        sa.Column("sequence", db.BIG, nullable=False),
        sa.Column("position", db.BIG, nullable=True),
        sa.Column("epoch", db.BIG, nullable=False),
        sa.Column("kind", db.TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("recorded_at", db.MOMENT, nullable=True),
        sa.Column("published_at", db.MOMENT, nullable=True),
        sa.Column("action", db.TEXT, nullable=False),
        sa.Column("actor", db.TEXT, nullable=False),
        sa.Column("correlation_id", db.TEXT, nullable=False),
        sa.Column("causation_id", db.TEXT, nullable=True),
        sa.Column("traceparent", db.TEXT, nullable=True),
        sa.Column("data", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
        sa.UniqueConstraint("kind", "id", "epoch", "version", name=op.f("uq_change_kind_id_epoch_version")),
        sa.UniqueConstraint("position", name=op.f("uq_change_position")),
    )
    for index, column, missing in (
        ("unpublished", "position", "published_at"),
        ("unsequenced", "sequence", "position"),
    ):
        condition = sa.text(f"{missing} IS NULL")
        op.create_index(f"ix_change_{index}", "change", [column], sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        "leader",
        sa.Column("name", db.TEXT, nullable=False),
        sa.Column("holder", db.TEXT, nullable=False),
        sa.Column("term", db.BIG, nullable=False),
        sa.Column("until", db.MOMENT, nullable=False),
        sa.Column("position", db.BIG, nullable=False),
        sa.Column("recorded_until", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leader")),
    )
    op.execute(
        "INSERT INTO leader (name, holder, term, until, position, recorded_until) VALUES "
        "('leader', '', 0, '1970-01-01T00:00:00.000000Z', 0, '1970-01-01T00:00:00.000000Z')"
    )


def add_seeded() -> None:
    """Until when the changes were recorded at moments that were given."""
    op.add_column("leader", sa.Column("seeded_until", db.MOMENT, nullable=True))


def create_idempotency() -> None:
    """The table of what idempotency keys made."""
    op.create_table(
        "idempotency",
        sa.Column("caller", db.TEXT, nullable=False),
        sa.Column("route", db.TEXT, nullable=False),
        sa.Column("key", db.TEXT, nullable=False),
        sa.Column("fingerprint", db.TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("at", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("caller", "route", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"])


def create_entity(table: str, *own: sa.Column[Any]) -> None:
    """The table of a kind: its own columns, and those of every kind with their keys and indexes."""
    common = (sa.Column(name, type_, nullable=nullable) for name, type_, nullable in _COMMON)
    op.create_table(
        table,
        *own,
        *common,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("key", name=op.f(f"uq_{table}_key")),
    )
    for column in ("owner_id", "updated_at"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def index_deleted() -> None:
    """Of the changes, those by which something was deleted: it is asked for by the key that it had."""
    gone = sa.text("action = 'deleted'")
    op.create_index("ix_change_deleted", "change", ["kind", "sequence"], sqlite_where=gone, postgresql_where=gone)


def fold_anew(tables: Iterable[str]) -> None:
    """What searches look in, by NFKC besides: a full-width letter is found by a plain one."""
    connection = op.get_bind()
    for name in tables:
        texts = [sa.column(each, db.TEXT) for each in ("name", "key", "folded")]
        table = sa.table(name, sa.column("id", sa.Uuid()), *texts)
        for row in connection.execute(sa.select(table)).all():
            folded = f"{normalize('NFKC', normalize('NFKC', row.name).casefold())} {row.key}"
            if folded != row.folded:
                connection.execute(table.update().where(table.c.id == row.id).values(folded=folded))


def index_lists(tables: Mapping[str, Sequence[str]]) -> None:
    """Indexes of one column go on by id, as lists do. By table: columns of its own that had an index already."""
    for table, own in tables.items():
        for column in _indexed(table, own):
            op.drop_index(f"ix_{table}_{column}", table)
        for column in (*_indexed(table, own), *_sorted(table)):
            op.create_index(f"ix_{table}_{column}", table, [column, "id"])


def unindex_lists(tables: Mapping[str, Sequence[str]]) -> None:
    for table, own in tables.items():
        for column in (*_indexed(table, own), *_sorted(table)):
            op.drop_index(f"ix_{table}_{column}", table)
        for column in _indexed(table, own):
            op.create_index(f"ix_{table}_{column}", table, [column])


def _indexed(table: str, own: Sequence[str]) -> tuple[str, ...]:
    return ("updated_at", *(("source_id", "target_id") if table == "link" else ("owner_id",)), *own)


def _sorted(table: str) -> tuple[str, ...]:
    return ("created_at",) if table == "link" else ("created_at", "name")
