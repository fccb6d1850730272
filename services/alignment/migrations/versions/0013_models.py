"""the models that something came from, and what type a relation has there."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("record", sa.Column("models", db.TEXT, nullable=True))
    op.add_column("edge", sa.Column("came_as", db.TEXT, nullable=True))
    # what is there does not say so yet, and is built anew at the start
    op.execute("UPDATE generation SET rules = NULL")


def downgrade() -> None:
    op.drop_column("edge", "came_as")
    op.drop_column("record", "models")
    op.execute("UPDATE generation SET rules = NULL")
