"""when somebody was here, and until when the time before."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("subject", db.TEXT, nullable=False),
        sa.Column("seen_at", db.MOMENT, nullable=False),
        sa.Column("before", db.MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_visit"),
    )


def downgrade() -> None:
    op.drop_table("visit")
