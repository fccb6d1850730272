"""what was deleted by its key, and search by NFKC."""

from alembic import op

from shared.resource.migrating import fold_anew, index_deleted

revision = "0012"
down_revision = "0011"

_TABLES = ("baseline",)


def upgrade() -> None:
    index_deleted()
    fold_anew(_TABLES)


def downgrade() -> None:
    op.drop_index("ix_change_deleted", "change")
