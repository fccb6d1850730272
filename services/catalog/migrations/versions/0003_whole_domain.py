"""design packages, partners, catalogues and categories; idempotency keys."""

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, create_idempotency
from shared.storage import db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_entity(
        "design_package",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("elements", db.JSON_TEXT, nullable=False),
    )
    create_entity(
        "partner",
        sa.Column("type", db.TEXT, nullable=True),
    )
    create_entity(
        "catalog",
        sa.Column("audience", db.TEXT, nullable=True),
    )
    create_entity(
        "category",
        sa.Column("catalog_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("offering_ids", db.JSON_TEXT, nullable=False),
    )
    create_idempotency()
    op.create_index("ix_design_package_service_id", "design_package", ["service_id"])


def downgrade() -> None:
    for table in (
        "idempotency",
        "category",
        "catalog",
        "partner",
        "design_package",
    ):
        op.drop_table(table)
