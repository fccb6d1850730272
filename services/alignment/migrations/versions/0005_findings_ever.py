"""findings in the order of their list, whenever they were open."""

from alembic import op

from shared.storage.dialects import assume_index

revision = "0005"
down_revision = "0004"

_NAME = "ix_finding_ever"


def upgrade() -> None:
    op.create_index(_NAME, "finding", ["generation", "severity", "rule", "subject", "id"])
    assume_index(op.get_bind(), "finding", _NAME, "200000 200000 50000 20000 2 2")


def downgrade() -> None:
    assume_index(op.get_bind(), "finding", _NAME, "")
    op.drop_index(_NAME)
