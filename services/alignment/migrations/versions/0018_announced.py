"""what has been told of findings and of the score."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "announced",
        sa.Column("id", db.TEXT, nullable=False),
        sa.Column("version", db.BIG, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("state", db.JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announced")),
    )
    for index, column in (("open", "is_open"), ("doubtful", "doubtful")):
        some = sa.text(column)
        op.create_index(f"ix_announced_{index}", "announced", ["id"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "announcing",
        sa.Column("name", db.TEXT, nullable=False),
        sa.Column("generation", db.BIG, nullable=False),
        sa.Column("opened_at", db.MOMENT, nullable=False),
        sa.Column("opened_id", db.TEXT, nullable=False),
        sa.Column("ended_at", db.MOMENT, nullable=False),
        sa.Column("ended_id", db.TEXT, nullable=False),
        sa.Column("position", db.BIG, nullable=False),
        sa.Column("checked", db.TEXT, nullable=True),
        sa.Column("scored_at", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_announcing")),
    )


def downgrade() -> None:
    op.drop_table("announcing")
    op.drop_table("announced")
