"""what was deleted by its key, and search by NFKC."""

from alembic import op

from shared.resource.migrating import fold_anew, index_deleted

revision = "0007"
down_revision = "0006"

_TABLES = (
    "activity",
    "deliverable",
    "handoff",
    "party",
    "policy",
    "procedure",
    "process",
    "role",
    "role_assignment",
    "work_instruction",
)


def upgrade() -> None:
    index_deleted()
    fold_anew(_TABLES)


def downgrade() -> None:
    op.drop_index("ix_change_deleted", "change")
