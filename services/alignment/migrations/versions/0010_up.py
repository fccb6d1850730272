"""which end of a relation the other one justifies, in place of whether its target justifies its source."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # which rows justify has changed as well, so what is there is built anew at the start
    op.add_column("edge", sa.Column("up", db.TEXT, nullable=True))
    op.execute("UPDATE edge SET up = 'source' WHERE justifies")
    op.drop_column("edge", "justifies")
    op.execute("UPDATE generation SET rules = NULL")


def downgrade() -> None:
    op.add_column("edge", sa.Column("justifies", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE edge SET justifies = (up = 'source') WHERE up IS NOT NULL")
    op.drop_column("edge", "up")
    op.execute("UPDATE generation SET rules = NULL")
