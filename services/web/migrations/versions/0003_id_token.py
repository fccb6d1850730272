"""what a provider of sign-ins gave, by which it knows whom to sign out."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("session", sa.Column("id_token", db.TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("session", "id_token")
