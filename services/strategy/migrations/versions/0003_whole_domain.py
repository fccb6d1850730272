"""strategy elements, what drives and what executes, what is measured, and sign-off."""

import sqlalchemy as sa
from alembic import op

from shared.resource.migrating import create_entity, create_idempotency
from shared.storage import db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_entity(
        "strategy_element",
        sa.Column("type", db.TEXT, nullable=True),
        sa.Column("statement", db.TEXT, nullable=True),
        sa.Column("rationale", db.TEXT, nullable=True),
        sa.Column("evidence_refs", db.JSON_TEXT, nullable=False),
        sa.Column("strategy_id", sa.Uuid(), nullable=True),
    )
    create_entity(
        "driver",
        sa.Column("type", db.TEXT, nullable=True),
    )
    create_entity(
        "assessment",
        sa.Column("driver_id", sa.Uuid(), nullable=True),
        sa.Column("swot", db.TEXT, nullable=True),
        sa.Column("finding", db.TEXT, nullable=True),
    )
    create_entity(
        "operation",
        sa.Column("side", db.TEXT, nullable=True),
        sa.Column("cadence", db.TEXT, nullable=True),
        sa.Column("run_cost", db.FLOAT, nullable=True),
        sa.Column("it_dependent", sa.Boolean(), nullable=True),
    )
    create_entity(
        "capability",
        sa.Column("maturity", db.BIG, nullable=True),
        sa.Column("target_maturity", db.BIG, nullable=True),
        sa.Column("side", db.TEXT, nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
    )
    create_entity(
        "plan",
        sa.Column("horizon", db.TEXT, nullable=True),
        sa.Column("budget", db.FLOAT, nullable=True),
    )
    create_entity(
        "project",
        sa.Column("budget", db.FLOAT, nullable=True),
        sa.Column("charter", db.TEXT, nullable=True),
        sa.Column("sponsor", db.TEXT, nullable=True),
    )
    create_entity(
        "csf",
        sa.Column("objective_id", sa.Uuid(), nullable=True),
    )
    create_entity(
        "kpi",
        sa.Column("csf_id", sa.Uuid(), nullable=True),
        sa.Column("unit", db.TEXT, nullable=True),
        sa.Column("direction", db.TEXT, nullable=True),
        sa.Column("baseline", db.FLOAT, nullable=True),
        sa.Column("target", db.FLOAT, nullable=True),
        sa.Column("cadence", db.TEXT, nullable=True),
        sa.Column("source", db.TEXT, nullable=True),
    )
    create_entity(
        "measurement",
        sa.Column("kpi_id", sa.Uuid(), nullable=False),
        sa.Column("value", db.FLOAT, nullable=False),
        sa.Column("at", db.MOMENT, nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
    )
    create_entity(
        "stakeholder",
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("subject", db.TEXT, nullable=True),
        sa.Column("interest", db.TEXT, nullable=True),
        sa.Column("influence", db.BIG, nullable=True),
        sa.Column("side", db.TEXT, nullable=True),
        sa.Column("signs", sa.Boolean(), nullable=True),
        sa.Column("authority_scope", db.TEXT, nullable=True),
    )
    create_entity(
        "increment",
        sa.Column("items", db.JSON_TEXT, nullable=False),
        sa.Column("signers", db.JSON_TEXT, nullable=False),
        sa.Column("due", db.MOMENT, nullable=True),
        sa.Column("package", db.JSON_TEXT, nullable=False),
        sa.Column("sign_offs", db.JSON_TEXT, nullable=False),
    )
    create_idempotency()
    op.create_index("ix_measurement_kpi_id", "measurement", ["kpi_id"])


def downgrade() -> None:
    for table in (
        "idempotency",
        "increment",
        "stakeholder",
        "measurement",
        "kpi",
        "csf",
        "project",
        "plan",
        "capability",
        "operation",
        "assessment",
        "driver",
        "strategy_element",
    ):
        op.drop_table(table)
