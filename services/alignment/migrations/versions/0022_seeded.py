"""until when the history was made up."""

from alembic import op

from shared.resource.migrating import add_seeded

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    add_seeded()


def downgrade() -> None:
    op.drop_column("leader", "seeded_until")
