"""the sign of an influence; objectives are found by their parent."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("link", sa.Column("sign", db.TEXT, nullable=True))
    op.create_index("ix_objective_parent_id", "objective", ["parent_id"])


def downgrade() -> None:
    op.drop_index("ix_objective_parent_id")
    op.drop_column("link", "sign")
