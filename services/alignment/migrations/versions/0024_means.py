"""by which means a change was made."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    # a plain ADD COLUMN on both databases: the largest table of the service is not copied
    op.add_column("change", sa.Column("means", db.TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("change", "means")
