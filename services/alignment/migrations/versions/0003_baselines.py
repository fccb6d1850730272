"""what alignment records itself: baselines, and their changes; and since when a finding is there, graver or not."""

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_changes, create_entity, create_idempotency
from shared.storage import db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_changes()
    create_idempotency()
    op.add_column("finding", sa.Column("since", db.MOMENT, nullable=True))
    op.execute("UPDATE finding SET since = opened_at")
    with op.batch_alter_table("finding") as finding:
        finding.alter_column("since", existing_type=db.MOMENT, nullable=False)
    create_entity("baseline", sa.Column("at", db.MOMENT, nullable=True))


def downgrade() -> None:
    for table in ("baseline", "idempotency", "leader", "change"):
        op.drop_table(table)
    op.drop_column("finding", "since")
