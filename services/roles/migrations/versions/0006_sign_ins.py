"""the sign-in of a party."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("party", sa.Column("subject", db.TEXT, nullable=True))
    op.create_index("ix_party_subject", "party", ["subject", "id"])


def downgrade() -> None:
    op.drop_index("ix_party_subject")
    op.drop_column("party", "subject")
