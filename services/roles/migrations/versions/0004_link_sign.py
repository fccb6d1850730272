"""the sign of an influence; assignments are found by their end."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("link", sa.Column("sign", db.TEXT, nullable=True))
    op.create_index("ix_role_assignment_state_valid_to", "role_assignment", ["state", "valid_to"])


def downgrade() -> None:
    op.drop_index("ix_role_assignment_state_valid_to")
    op.drop_column("link", "sign")
