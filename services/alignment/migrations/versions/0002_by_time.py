"""what was recorded, and what was found, between two moments."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_record_recorded", "record", ["generation", "recorded_from"])
    op.create_index("ix_finding_opened", "finding", ["generation", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_finding_opened")
    op.drop_index("ix_record_recorded")
