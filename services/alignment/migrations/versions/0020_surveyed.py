"""until when the whole view has been looked at."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("generation", sa.Column("surveyed_until", db.MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("generation", "surveyed_until")
