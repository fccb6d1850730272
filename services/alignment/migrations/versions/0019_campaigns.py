"""scenarios that are kept, and campaigns of reviews."""

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, index_lists
from shared.storage import db

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    create_entity(
        "scenario",
        sa.Column("steps", db.JSON_TEXT, nullable=False),
        sa.Column("at", db.MOMENT, nullable=True),
    )
    create_entity(
        "campaign",
        sa.Column("items", db.JSON_TEXT, nullable=False),
        sa.Column("due", db.MOMENT, nullable=False),
    )
    index_lists({"scenario": (), "campaign": ()})


def downgrade() -> None:
    op.drop_table("campaign")
    op.drop_table("scenario")
