"""sessions are kept by the page, which is an application of its own: people sign in anew."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.drop_table("spent_code")
    op.drop_table("session")


def downgrade() -> None:
    op.create_table(
        "session",
        sa.Column("id", db.TEXT, nullable=False),
        sa.Column("subject", db.TEXT, nullable=False),
        sa.Column("scopes", db.TEXT, nullable=False),
        sa.Column("kid", db.TEXT, nullable=False),
        sa.Column("began_at", db.MOMENT, nullable=False),
        sa.Column("ends_at", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_table(
        "spent_code",
        sa.Column("id", db.TEXT, nullable=False),
        sa.Column("ends_at", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spent_code"),
    )
