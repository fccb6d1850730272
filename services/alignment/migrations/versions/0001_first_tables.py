"""first tables."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "ahead",
        sa.Column("generation", db.BIG, nullable=False),
        sa.Column("service", db.TEXT, nullable=False),
        sa.Column("position", db.BIG, nullable=False),
        sa.PrimaryKeyConstraint("generation", "service", "position", name=op.f("pk_ahead")),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", db.BIG, nullable=False),
        sa.Column("source", db.TEXT, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("error", db.TEXT, nullable=False),
        sa.Column("at", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
        sa.UniqueConstraint("source", name=op.f("uq_dead_letter_source")),
    )
    op.create_table(
        "edge",
        sa.Column("generation", db.BIG, nullable=False),
        sa.Column("origin", db.TEXT, nullable=False),
        sa.Column("epoch", db.BIG, nullable=False),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("ordinal", db.BIG, nullable=False),
        sa.Column("type", db.TEXT, nullable=False),
        sa.Column("source", db.TEXT, nullable=False),
        sa.Column("target", db.TEXT, nullable=False),
        sa.Column("holder", db.TEXT, nullable=False),
        sa.Column("field", db.TEXT, nullable=True),
        sa.Column("justifies", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("rationale", db.TEXT, nullable=True),
        sa.Column("confidence", db.FLOAT, nullable=True),
        sa.Column("valid_from", db.MOMENT, nullable=True),
        sa.Column("valid_to", db.MOMENT, nullable=True),
        sa.Column("recorded_from", db.MOMENT, nullable=False),
        sa.Column("recorded_to", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("generation", "origin", "epoch", "version", "ordinal", name=op.f("pk_edge")),
    )
    with op.batch_alter_table("edge", schema=None) as batch_op:
        batch_op.create_index(
            "ix_edge_begins",
            ["valid_from"],
            unique=False,
            sqlite_where=sa.text("valid_from IS NOT NULL"),
            postgresql_where=sa.text("valid_from IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_edge_ends",
            ["valid_to"],
            unique=False,
            sqlite_where=sa.text("valid_to IS NOT NULL"),
            postgresql_where=sa.text("valid_to IS NOT NULL"),
        )
        batch_op.create_index("ix_edge_held", ["generation", "holder", "recorded_to"], unique=False)
        batch_op.create_index("ix_edge_in", ["generation", "target", "type", "recorded_to"], unique=False)
        batch_op.create_index("ix_edge_out", ["generation", "source", "type", "recorded_to"], unique=False)

    op.create_table(
        "finding",
        sa.Column("generation", db.BIG, nullable=False),
        sa.Column("id", db.TEXT, nullable=False),
        sa.Column("opened_at", db.MOMENT, nullable=False),
        sa.Column("resolved_at", db.MOMENT, nullable=False),
        sa.Column("rule", db.TEXT, nullable=False),
        sa.Column("subject", db.TEXT, nullable=False),
        sa.Column("severity", db.BIG, nullable=False),
        sa.Column("evidence", db.JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("generation", "id", "opened_at", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_open", ["generation", "resolved_at", "rule"], unique=False)
        batch_op.create_index("ix_finding_subject", ["generation", "subject", "resolved_at"], unique=False)

    op.create_table(
        "generation",
        sa.Column("number", db.BIG, autoincrement=False, nullable=False),
        sa.Column("status", db.TEXT, nullable=False),
        sa.Column("started_at", db.MOMENT, nullable=False),
        sa.Column("touched_at", db.MOMENT, nullable=False),
        sa.Column("finished_at", db.MOMENT, nullable=True),
        sa.Column("settled_until", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_generation")),
    )
    op.create_table(
        "offset",
        sa.Column("generation", db.BIG, nullable=False),
        sa.Column("topic", db.TEXT, nullable=False),
        sa.Column("partition", db.BIG, nullable=False),
        sa.Column("next", db.BIG, nullable=False),
        sa.Column("log", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("generation", "topic", "partition", name=op.f("pk_offset")),
    )
    op.create_table(
        "progress",
        sa.Column("generation", db.BIG, nullable=False),
        sa.Column("service", db.TEXT, nullable=False),
        sa.Column("position", db.BIG, nullable=False),
        sa.Column("recorded_until", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("generation", "service", name=op.f("pk_progress")),
    )
    op.create_table(
        "record",
        sa.Column("generation", db.BIG, nullable=False),
        sa.Column("ref", db.TEXT, nullable=False),
        sa.Column("epoch", db.BIG, nullable=False),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("kind", db.TEXT, nullable=False),
        sa.Column("service", db.TEXT, nullable=False),
        sa.Column("position", db.BIG, nullable=False),
        sa.Column("key", db.TEXT, nullable=True),
        sa.Column("name", db.TEXT, nullable=True),
        sa.Column("folded", db.TEXT, nullable=True),
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("state", db.TEXT, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("criticality", db.BIG, nullable=True),
        sa.Column("owner", db.TEXT, nullable=True),
        sa.Column("valid_from", db.MOMENT, nullable=True),
        sa.Column("valid_to", db.MOMENT, nullable=True),
        sa.Column("recorded_from", db.MOMENT, nullable=False),
        sa.Column("recorded_to", db.MOMENT, nullable=False),
        sa.Column("actor", db.TEXT, nullable=False),
        sa.Column("data", db.JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("generation", "ref", "epoch", "version", name=op.f("pk_record")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(
            "ix_record_begins",
            ["valid_from"],
            unique=False,
            sqlite_where=sa.text("valid_from IS NOT NULL"),
            postgresql_where=sa.text("valid_from IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_record_ends",
            ["valid_to"],
            unique=False,
            sqlite_where=sa.text("valid_to IS NOT NULL"),
            postgresql_where=sa.text("valid_to IS NOT NULL"),
        )
        batch_op.create_index("ix_record_list", ["generation", "recorded_to", "kind", "key"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index("ix_record_list")
        batch_op.drop_index(
            "ix_record_ends",
            sqlite_where=sa.text("valid_to IS NOT NULL"),
            postgresql_where=sa.text("valid_to IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_record_begins",
            sqlite_where=sa.text("valid_from IS NOT NULL"),
            postgresql_where=sa.text("valid_from IS NOT NULL"),
        )

    op.drop_table("record")
    op.drop_table("progress")
    op.drop_table("offset")
    op.drop_table("generation")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_subject")
        batch_op.drop_index("ix_finding_open")

    op.drop_table("finding")
    with op.batch_alter_table("edge", schema=None) as batch_op:
        batch_op.drop_index("ix_edge_out")
        batch_op.drop_index("ix_edge_in")
        batch_op.drop_index("ix_edge_held")
        batch_op.drop_index(
            "ix_edge_ends",
            sqlite_where=sa.text("valid_to IS NOT NULL"),
            postgresql_where=sa.text("valid_to IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_edge_begins",
            sqlite_where=sa.text("valid_from IS NOT NULL"),
            postgresql_where=sa.text("valid_from IS NOT NULL"),
        )

    op.drop_table("edge")
    op.drop_table("dead_letter")
    op.drop_table("ahead")
