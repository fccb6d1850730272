"""what was deleted by its key, and search by NFKC."""

from alembic import op

from shared.resource.migrating import fold_anew, index_deleted

revision = "0006"
down_revision = "0005"

_TABLES = (
    "catalog",
    "category",
    "consumer_group",
    "contract",
    "design_package",
    "partner",
    "product",
    "service",
    "service_offering",
)


def upgrade() -> None:
    index_deleted()
    fold_anew(_TABLES)


def downgrade() -> None:
    op.drop_index("ix_change_deleted", "change")
