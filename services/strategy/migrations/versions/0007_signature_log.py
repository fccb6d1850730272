"""the signature log: what was signed, the tree over it, and its heads."""

import sqlalchemy as sa
from alembic import op

from shared import db

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "signature_entry",
        sa.Column("position", db.BIG, autoincrement=False, nullable=False),
        sa.Column("increment_id", sa.Uuid(), nullable=False),
        sa.Column("statement", db.TEXT, nullable=False),
        sa.Column("signature", db.JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_signature_entry")),
        sa.UniqueConstraint("increment_id", name=op.f("uq_signature_entry_increment_id")),
    )
    op.create_table(
        "signature_node",
        sa.Column("level", db.BIG, autoincrement=False, nullable=False),
        sa.Column("position", db.BIG, autoincrement=False, nullable=False),
        sa.Column("hash", db.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_signature_node")),
    )
    op.create_table(
        "signature_head",
        sa.Column("size", db.BIG, autoincrement=False, nullable=False),
        sa.Column("root", db.TEXT, nullable=False),
        sa.Column("at", db.MOMENT, nullable=False),
        sa.Column("signature", db.JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_signature_head")),
    )


def downgrade() -> None:
    for name in ("signature_head", "signature_node", "signature_entry"):
        op.drop_table(name)
