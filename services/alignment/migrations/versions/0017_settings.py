"""settings of rules, and by which of them a generation was judged."""

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, index_lists
from shared.storage import db

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    create_entity(
        "setting",
        sa.Column("rule", db.TEXT, nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("severity", db.TEXT, nullable=True),
        sa.Column("limits", db.JSON_TEXT, nullable=False),
        sa.Column("reason", db.TEXT, nullable=False),
        sa.Column("effective_at", db.MOMENT, nullable=True),
    )
    index_lists({"setting": ()})
    active = sa.text("state = 'active'")
    op.create_index("uq_setting_active", "setting", ["rule"], unique=True, sqlite_where=active, postgresql_where=active)
    op.add_column("generation", sa.Column("settings", db.TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("generation", "settings")
    op.drop_table("setting")
