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
        "consumer_group",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("size", db.BIG, nullable=True),
        sa.Column("org_refs", db.JSON_TEXT, nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consumer_group")),
        sa.UniqueConstraint("key", name=op.f("uq_consumer_group_key")),
    )
    with op.batch_alter_table("consumer_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consumer_group_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consumer_group_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "contract",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("provider", db.JSON_TEXT, nullable=True),
        sa.Column("customer", db.JSON_TEXT, nullable=True),
        sa.Column("items", db.JSON_TEXT, nullable=False),
        sa.Column("service_level_targets", db.JSON_TEXT, nullable=False),
        sa.Column("signatories", db.JSON_TEXT, nullable=False),
        sa.Column("period", db.JSON_TEXT, nullable=True),
        sa.Column("renewal", db.TEXT, nullable=True),
        sa.Column("document", db.TEXT, nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("key", name=op.f("uq_contract_key")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_updated_at"), ["updated_at"], unique=False)

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
        "product",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("end_of_support", db.MOMENT, nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("key", name=op.f("uq_product_key")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "service",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("customer_type", db.TEXT, nullable=True),
        sa.Column("utility", db.TEXT, nullable=True),
        sa.Column("warranty", db.TEXT, nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("key", name=op.f("uq_service_key")),
    )
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "service_offering",
        sa.Column("service_ids", db.JSON_TEXT, nullable=False),
        sa.Column("consumer_group_ids", db.JSON_TEXT, nullable=False),
        sa.Column("components", db.JSON_TEXT, nullable=False),
        sa.Column("commitments", db.JSON_TEXT, nullable=False),
        sa.Column("terms", db.TEXT, nullable=True),
        sa.Column("price_refs", db.JSON_TEXT, nullable=False),
        sa.Column("channels", db.JSON_TEXT, nullable=False),
        sa.Column("bundle", sa.Boolean(), nullable=True),
        sa.Column("sunset_at", db.MOMENT, nullable=True),
        sa.Column("migration_to_id", sa.Uuid(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_offering")),
        sa.UniqueConstraint("key", name=op.f("uq_service_offering_key")),
    )
    with op.batch_alter_table("service_offering", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_offering_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_offering_updated_at"), ["updated_at"], unique=False)

    op.execute(
        "INSERT INTO leader (name, holder, term, until, position, recorded_until) VALUES "
        "('leader', '', 0, '1970-01-01T00:00:00.000000Z', 0, '1970-01-01T00:00:00.000000Z')"
    )


def downgrade() -> None:
    with op.batch_alter_table("service_offering", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_offering_updated_at"))
        batch_op.drop_index(batch_op.f("ix_service_offering_owner_id"))

    op.drop_table("service_offering")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_updated_at"))
        batch_op.drop_index(batch_op.f("ix_service_owner_id"))

    op.drop_table("service")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_updated_at"))
        batch_op.drop_index(batch_op.f("ix_product_owner_id"))

    op.drop_table("product")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_link_active", sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'")
        )
        batch_op.drop_index(batch_op.f("ix_link_updated_at"))
        batch_op.drop_index(batch_op.f("ix_link_target_id"))
        batch_op.drop_index(batch_op.f("ix_link_source_id"))

    op.drop_table("link")
    op.drop_table("leader")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_updated_at"))
        batch_op.drop_index(batch_op.f("ix_contract_owner_id"))

    op.drop_table("contract")
    with op.batch_alter_table("consumer_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consumer_group_updated_at"))
        batch_op.drop_index(batch_op.f("ix_consumer_group_owner_id"))

    op.drop_table("consumer_group")
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
