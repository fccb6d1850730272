"""by which rules the findings of a generation are judged; unknown of those that are there."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("generation", sa.Column("rules", db.TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("generation", "rules")
