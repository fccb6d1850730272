"""packs of rules, and by which of them a generation judges."""

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, index_lists
from shared.storage import db

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    create_entity(
        "rule_pack",
        sa.Column("prefix", db.TEXT, nullable=False),
        sa.Column("source", db.TEXT, nullable=True),
        sa.Column("rules", db.JSON_TEXT, nullable=False),
    )
    index_lists({"rule_pack": ()})
    active = sa.text("state = 'active'")
    op.create_index(
        "uq_rule_pack_active", "rule_pack", ["prefix"], unique=True, sqlite_where=active, postgresql_where=active
    )
    op.add_column("generation", sa.Column("packs", db.TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("generation", "packs")
    op.drop_table("rule_pack")
