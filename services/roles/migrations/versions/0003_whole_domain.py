"""activities, hand-offs and who holds which role; procedures; idempotency keys."""

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, create_idempotency
from shared.storage import db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_entity(
        "role_assignment",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("scope_kind", db.TEXT, nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("delegated_by_id", sa.Uuid(), nullable=True),
    )
    create_entity(
        "activity",
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("order", db.BIG, nullable=True),
        sa.Column("what", db.TEXT, nullable=True),
        sa.Column("decision", sa.Boolean(), nullable=True),
        sa.Column("is_end", sa.Boolean(), nullable=True),
        sa.Column("needs_instruction", sa.Boolean(), nullable=True),
        sa.Column("raci", db.JSON_TEXT, nullable=False),
        sa.Column("segregated_from_ids", db.JSON_TEXT, nullable=False),
    )
    create_entity(
        "procedure",
        sa.Column("activity_ids", db.JSON_TEXT, nullable=False),
        sa.Column("steps", db.JSON_TEXT, nullable=False),
    )
    create_entity(
        "work_instruction",
        sa.Column("procedure_id", sa.Uuid(), nullable=True),
        sa.Column("steps", db.JSON_TEXT, nullable=False),
    )
    create_entity(
        "handoff",
        sa.Column("from_activity_id", sa.Uuid(), nullable=False),
        sa.Column("to_activity_id", sa.Uuid(), nullable=False),
        sa.Column("deliverable_id", sa.Uuid(), nullable=True),
        sa.Column("acceptance", db.TEXT, nullable=True),
        sa.Column("max_wait", db.TEXT, nullable=True),
    )
    create_entity(
        "deliverable",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("template", db.TEXT, nullable=True),
        sa.Column("quality_rule", db.TEXT, nullable=True),
        sa.Column("produced_by_ids", db.JSON_TEXT, nullable=False),
        sa.Column("consumed_by_ids", db.JSON_TEXT, nullable=False),
    )
    create_idempotency()
    op.create_index("ix_role_assignment_role_id", "role_assignment", ["role_id"])
    op.create_index("ix_role_assignment_scope_id", "role_assignment", ["scope_id"])
    op.create_index("ix_activity_process_id", "activity", ["process_id"])


def downgrade() -> None:
    for table in (
        "idempotency",
        "deliverable",
        "handoff",
        "work_instruction",
        "procedure",
        "activity",
        "role_assignment",
    ):
        op.drop_table(table)
