"""what people do about findings: waivers, acknowledgements and comments."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, index_lists
from shared.storage import db

revision = "0015"
down_revision = "0014"


def _create(table: str, own: sa.Column[Any]) -> None:
    create_entity(
        table,
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", db.MOMENT, nullable=True),
        own,
    )
    index_lists({table: ()})
    op.create_index(f"ix_{table}_finding_id", table, ["finding_id", "id"])


def upgrade() -> None:
    _create("waiver", sa.Column("reason", db.TEXT, nullable=False))
    _create("acknowledgement", sa.Column("due", db.MOMENT, nullable=True))
    _create("comment", sa.Column("text", db.TEXT, nullable=False))
    active = sa.text("state = 'active'")
    op.create_index(
        "uq_acknowledgement_active", "acknowledgement", ["finding_id"],
        unique=True, sqlite_where=active, postgresql_where=active,
    )  # fmt: skip


def downgrade() -> None:
    for table in ("comment", "acknowledgement", "waiver"):
        op.drop_table(table)
