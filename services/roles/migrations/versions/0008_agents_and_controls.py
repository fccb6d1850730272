"""controls, and what a party that is an AI system says of itself."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, index_lists
from shared.storage import db

revision = "0008"
down_revision = "0007"

_MEMBERS: dict[str, Any] = {
    "purpose": db.TEXT,
    "risk_class": db.TEXT,
    "accountable_id": sa.Uuid(),
    "oversight_role_id": sa.Uuid(),
}


def upgrade() -> None:
    for name, type_ in _MEMBERS.items():
        op.add_column("party", sa.Column(name, type_, nullable=True))
    create_entity(
        "control",
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("cadence", db.TEXT, nullable=True),
        sa.Column("evidence_ids", db.JSON_TEXT, nullable=False),
    )
    index_lists({"control": ()})


def downgrade() -> None:
    op.drop_table("control")
    for name in _MEMBERS:
        op.drop_column("party", name)
