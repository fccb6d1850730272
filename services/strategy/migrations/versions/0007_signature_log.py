"""the signature log: what was signed, the tree over it, and its heads."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0007"
down_revision = "0006"


_INCREMENT = sa.table(
    "increment",
    sa.column("id", sa.Uuid()),
    sa.column("state"),
    sa.column("package", db.JSON_TEXT),
    sa.column("updated_at", db.MOMENT),
)


def upgrade() -> None:
    signed_item = op.create_table(
        "signed_item",
        sa.Column("kind", db.TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("increment_id", sa.Uuid(), nullable=False),
        sa.Column("at", db.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "increment_id", name=op.f("pk_signed_item")),
    )
    for row in _signed():
        op.bulk_insert(signed_item, row)
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


def _signed() -> list[list[dict[str, Any]]]:
    """What was signed before; nobody kept when, so the last change of the increment stands for it."""
    query = sa.select(_INCREMENT).where(_INCREMENT.c.state.in_(("signed", "superseded")))
    rows = op.get_bind().execute(query).all()
    return [
        [
            {"kind": item["kind"], "id": UUID(item["id"]), "increment_id": row.id, "at": row.updated_at}
            for item in row.package
        ]
        for row in rows
    ]


def downgrade() -> None:
    for name in ("signed_item", "signature_head", "signature_node", "signature_entry"):
        op.drop_table(name)
