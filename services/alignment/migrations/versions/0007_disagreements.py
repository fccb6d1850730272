"""why a generation was built."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("generation", sa.Column("reason", db.TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("generation", "reason")
