"""what a product that is an AI system says of itself."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0007"
down_revision = "0006"

_MEMBERS: dict[str, Any] = {
    "purpose": db.TEXT,
    "risk_class": db.TEXT,
    "accountable_id": sa.Uuid(),
    "oversight_role_id": sa.Uuid(),
}


def upgrade() -> None:
    for name, type_ in _MEMBERS.items():
        op.add_column("product", sa.Column(name, type_, nullable=True))


def downgrade() -> None:
    for name in _MEMBERS:
        op.drop_column("product", name)
