"""files that somebody brings in, and their reports."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "import",
        sa.Column("id", db.TEXT, nullable=False),
        sa.Column("subject", db.TEXT, nullable=False),
        sa.Column("busy", db.TEXT, nullable=True),
        sa.Column("state", db.TEXT, nullable=False),
        sa.Column("asked", db.JSON_TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("done", db.BIG, nullable=False),
        sa.Column("total", db.BIG, nullable=False),
        sa.Column("told", db.TEXT, nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("began_at", db.MOMENT, nullable=False),
        sa.Column("beat_at", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
        sa.UniqueConstraint("busy", name="uq_import_busy"),
    )
    op.create_index("ix_import_subject", "import", ["subject"])


def downgrade() -> None:
    op.drop_table("import")
