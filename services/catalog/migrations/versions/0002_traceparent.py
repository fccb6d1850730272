"""the trace in which a change was made."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # a plain ADD COLUMN on both databases: the largest table of the service is not copied
    op.add_column("change", sa.Column("traceparent", db.TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("change", "traceparent")
