"""what alignment records itself: baselines, and their changes."""

import sqlalchemy as sa
from alembic import op

from shared import db
from shared.resource.migrating import create_changes, create_entity, create_idempotency

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_changes()
    create_idempotency()
    create_entity("baseline", sa.Column("at", db.MOMENT, nullable=True))


def downgrade() -> None:
    for table in ("baseline", "idempotency", "leader", "change"):
        op.drop_table(table)
