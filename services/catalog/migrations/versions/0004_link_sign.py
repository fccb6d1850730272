"""the sign of an influence; categories are found by their parent, contracts by their end."""

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("link", sa.Column("sign", db.TEXT, nullable=True))
    op.create_index("ix_category_parent_id", "category", ["parent_id"])
    op.create_index("ix_contract_state_valid_to", "contract", ["state", "valid_to"])


def downgrade() -> None:
    op.drop_index("ix_contract_state_valid_to")
    op.drop_index("ix_category_parent_id")
    op.drop_column("link", "sign")
