"""what came from a model or bundle is found by that."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    given = sa.text("models IS NOT NULL")
    columns = ["generation", "models"]
    op.create_index("ix_record_models", "record", columns, sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    op.drop_index("ix_record_models", "record")
