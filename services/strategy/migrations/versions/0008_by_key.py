"""what was deleted by its key, and search by NFKC."""

from alembic import op

from shared.resource.migrating import fold_anew, index_deleted

revision = "0008"
down_revision = "0007"

_TABLES = (
    "assessment",
    "capability",
    "csf",
    "driver",
    "increment",
    "kpi",
    "measurement",
    "objective",
    "operation",
    "outcome",
    "plan",
    "project",
    "stakeholder",
    "strategy",
    "strategy_element",
    "tactic",
)


def upgrade() -> None:
    index_deleted()
    fold_anew(_TABLES)


def downgrade() -> None:
    op.drop_index("ix_change_deleted", "change")
