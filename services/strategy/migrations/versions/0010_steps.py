"""plans hold the changes that they decide on."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("plan", sa.Column("steps", db.JSON_TEXT, nullable=False, server_default="[]"))
    with op.batch_alter_table("plan") as plan:  # the default was for the rows that are there
        plan.alter_column("steps", server_default=None)


def downgrade() -> None:
    op.drop_column("plan", "steps")
