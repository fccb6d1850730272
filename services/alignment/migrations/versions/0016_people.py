"""who signs in as whom, and what somebody owns."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("record", sa.Column("sign_in", db.TEXT, nullable=True))
    for column in ("owner", "sign_in"):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_record_{column}", "record", ["generation", column, "recorded_to"],
            sqlite_where=given, postgresql_where=given,
        )  # fmt: skip
    # what is there does not say so yet, and is built anew at the start
    op.execute("UPDATE generation SET rules = NULL")


def downgrade() -> None:
    for column in ("sign_in", "owner"):
        op.drop_index(f"ix_record_{column}", "record")
    op.drop_column("record", "sign_in")
    op.execute("UPDATE generation SET rules = NULL")
