"""first tables."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0001"
down_revision = None


def upgrade() -> None:
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
        sa.Column("data", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
        sa.UniqueConstraint("kind", "id", "epoch", "version", name=op.f("uq_change_kind_id_epoch_version")),
        sa.UniqueConstraint("position", name=op.f("uq_change_position")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_change_unpublished",
            ["position"],
            unique=False,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )
        batch_op.create_index(
            "ix_change_unsequenced",
            ["sequence"],
            unique=False,
            sqlite_where=sa.text("position IS NULL"),
            postgresql_where=sa.text("position IS NULL"),
        )

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
    op.create_table(
        "link",
        sa.Column("type", db.TEXT, nullable=False),
        sa.Column("source_kind", db.TEXT, nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_kind", db.TEXT, nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("rationale", db.TEXT, nullable=True),
        sa.Column("confidence", db.FLOAT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", db.TEXT, nullable=False),
        sa.Column("state_reason", db.TEXT, nullable=True),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("valid_from", db.MOMENT, nullable=True),
        sa.Column("valid_to", db.MOMENT, nullable=True),
        sa.Column("provenance", db.JSON_TEXT, nullable=False),
        sa.Column("created_at", db.MOMENT, nullable=False),
        sa.Column("created_by", db.TEXT, nullable=False),
        sa.Column("updated_at", db.MOMENT, nullable=False),
        sa.Column("updated_by", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_target_id"), ["target_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_link_active",
            ["type", "source_kind", "source_id", "target_kind", "target_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "party",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("capacity", db.FLOAT, nullable=True),
        sa.Column("skills", db.JSON_TEXT, nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("key", db.TEXT, nullable=False),
        sa.Column("name", db.TEXT, nullable=False),
        sa.Column("folded", db.TEXT, nullable=False),
        sa.Column("description", db.TEXT, nullable=True),
        sa.Column("owner_kind", db.TEXT, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("criticality", db.BIG, nullable=True),
        sa.Column("tags", db.JSON_TEXT, nullable=False),
        sa.Column("external_refs", db.JSON_TEXT, nullable=False),
        sa.Column("review", db.JSON_TEXT, nullable=True),
        sa.Column("custom", db.JSON_TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", db.TEXT, nullable=False),
        sa.Column("state_reason", db.TEXT, nullable=True),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("valid_from", db.MOMENT, nullable=True),
        sa.Column("valid_to", db.MOMENT, nullable=True),
        sa.Column("provenance", db.JSON_TEXT, nullable=False),
        sa.Column("created_at", db.MOMENT, nullable=False),
        sa.Column("created_by", db.TEXT, nullable=False),
        sa.Column("updated_at", db.MOMENT, nullable=False),
        sa.Column("updated_by", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("key", name=op.f("uq_party_key")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "policy",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("statement", db.TEXT, nullable=True),
        sa.Column("enforcement", db.TEXT, nullable=True),
        sa.Column("scope", db.TEXT, nullable=True),
        sa.Column("key", db.TEXT, nullable=False),
        sa.Column("name", db.TEXT, nullable=False),
        sa.Column("folded", db.TEXT, nullable=False),
        sa.Column("description", db.TEXT, nullable=True),
        sa.Column("owner_kind", db.TEXT, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("criticality", db.BIG, nullable=True),
        sa.Column("tags", db.JSON_TEXT, nullable=False),
        sa.Column("external_refs", db.JSON_TEXT, nullable=False),
        sa.Column("review", db.JSON_TEXT, nullable=True),
        sa.Column("custom", db.JSON_TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", db.TEXT, nullable=False),
        sa.Column("state_reason", db.TEXT, nullable=True),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("valid_from", db.MOMENT, nullable=True),
        sa.Column("valid_to", db.MOMENT, nullable=True),
        sa.Column("provenance", db.JSON_TEXT, nullable=False),
        sa.Column("created_at", db.MOMENT, nullable=False),
        sa.Column("created_by", db.TEXT, nullable=False),
        sa.Column("updated_at", db.MOMENT, nullable=False),
        sa.Column("updated_by", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("key", name=op.f("uq_policy_key")),
    )
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_policy_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "process",
        sa.Column("purpose", db.TEXT, nullable=True),
        sa.Column("trigger", db.TEXT, nullable=True),
        sa.Column("inputs", db.JSON_TEXT, nullable=False),
        sa.Column("outputs", db.JSON_TEXT, nullable=False),
        sa.Column("needs", db.TEXT, nullable=True),
        sa.Column("key", db.TEXT, nullable=False),
        sa.Column("name", db.TEXT, nullable=False),
        sa.Column("folded", db.TEXT, nullable=False),
        sa.Column("description", db.TEXT, nullable=True),
        sa.Column("owner_kind", db.TEXT, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("criticality", db.BIG, nullable=True),
        sa.Column("tags", db.JSON_TEXT, nullable=False),
        sa.Column("external_refs", db.JSON_TEXT, nullable=False),
        sa.Column("review", db.JSON_TEXT, nullable=True),
        sa.Column("custom", db.JSON_TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", db.TEXT, nullable=False),
        sa.Column("state_reason", db.TEXT, nullable=True),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("valid_from", db.MOMENT, nullable=True),
        sa.Column("valid_to", db.MOMENT, nullable=True),
        sa.Column("provenance", db.JSON_TEXT, nullable=False),
        sa.Column("created_at", db.MOMENT, nullable=False),
        sa.Column("created_by", db.TEXT, nullable=False),
        sa.Column("updated_at", db.MOMENT, nullable=False),
        sa.Column("updated_by", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("key", name=op.f("uq_process_key")),
    )
    with op.batch_alter_table("process", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "role",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("responsibilities", db.TEXT, nullable=True),
        sa.Column("required_skills", db.JSON_TEXT, nullable=False),
        sa.Column("seats", db.BIG, nullable=True),
        sa.Column("key", db.TEXT, nullable=False),
        sa.Column("name", db.TEXT, nullable=False),
        sa.Column("folded", db.TEXT, nullable=False),
        sa.Column("description", db.TEXT, nullable=True),
        sa.Column("owner_kind", db.TEXT, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("criticality", db.BIG, nullable=True),
        sa.Column("tags", db.JSON_TEXT, nullable=False),
        sa.Column("external_refs", db.JSON_TEXT, nullable=False),
        sa.Column("review", db.JSON_TEXT, nullable=True),
        sa.Column("custom", db.JSON_TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", db.TEXT, nullable=False),
        sa.Column("state_reason", db.TEXT, nullable=True),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("valid_from", db.MOMENT, nullable=True),
        sa.Column("valid_to", db.MOMENT, nullable=True),
        sa.Column("provenance", db.JSON_TEXT, nullable=False),
        sa.Column("created_at", db.MOMENT, nullable=False),
        sa.Column("created_by", db.TEXT, nullable=False),
        sa.Column("updated_at", db.MOMENT, nullable=False),
        sa.Column("updated_by", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("key", name=op.f("uq_role_key")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_updated_at"), ["updated_at"], unique=False)

    op.execute(
        "INSERT INTO leader (name, holder, term, until, position, recorded_until) VALUES "
        "('leader', '', 0, '1970-01-01T00:00:00.000000Z', 0, '1970-01-01T00:00:00.000000Z')"
    )


def downgrade() -> None:
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_updated_at"))
        batch_op.drop_index(batch_op.f("ix_role_owner_id"))

    op.drop_table("role")
    with op.batch_alter_table("process", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_process_updated_at"))
        batch_op.drop_index(batch_op.f("ix_process_owner_id"))

    op.drop_table("process")
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_policy_updated_at"))
        batch_op.drop_index(batch_op.f("ix_policy_owner_id"))

    op.drop_table("policy")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_updated_at"))
        batch_op.drop_index(batch_op.f("ix_party_owner_id"))

    op.drop_table("party")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_link_active", sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'")
        )
        batch_op.drop_index(batch_op.f("ix_link_updated_at"))
        batch_op.drop_index(batch_op.f("ix_link_target_id"))
        batch_op.drop_index(batch_op.f("ix_link_source_id"))

    op.drop_table("link")
    op.drop_table("leader")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_change_unsequenced",
            sqlite_where=sa.text("position IS NULL"),
            postgresql_where=sa.text("position IS NULL"),
        )
        batch_op.drop_index(
            "ix_change_unpublished",
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.drop_table("change")
