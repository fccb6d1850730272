"""one writer a generation, and how much it has written."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("generation", sa.Column("batch", db.BIG, nullable=True))
    op.execute("UPDATE generation SET batch = 0")
    op.add_column("generation", sa.Column("writer", db.TEXT, nullable=True))
    op.add_column("generation", sa.Column("writer_until", db.MOMENT, nullable=True))
    op.drop_column("generation", "checked")


def downgrade() -> None:
    op.add_column("generation", sa.Column("checked", db.BIG, nullable=True))
    for name in ("writer_until", "writer", "batch"):
        op.drop_column("generation", name)
