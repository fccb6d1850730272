"""increments keep what they say, and who said it; a sign-in is looked up."""

from collections import defaultdict
from uuid import UUID

import orjson
import sqlalchemy as sa
from alembic import op

from shared.storage import db

revision = "0006"
down_revision = "0005"

_CHANGE = sa.table("change", sa.column("kind"), sa.column("data"))
_INCREMENT = sa.table("increment", sa.column("id", sa.Uuid()), sa.column("authors", db.JSON_TEXT))


def upgrade() -> None:
    op.create_index("ix_stakeholder_subject", "stakeholder", ["subject", "id"])
    op.add_column("increment", sa.Column("type", db.TEXT, nullable=False, server_default="sign_off"))
    op.add_column("increment", sa.Column("supersedes_id", sa.Uuid(), nullable=True))
    op.add_column("increment", sa.Column("authors", db.JSON_TEXT, nullable=False, server_default="[]"))
    op.add_column("increment", sa.Column("package_hash", db.TEXT, nullable=True))
    with op.batch_alter_table("increment") as increment:  # the defaults were for the rows that are there
        increment.alter_column("type", server_default=None)
        increment.alter_column("authors", server_default=None)
    _name_the_authors()


def _name_the_authors() -> None:
    """Whoever wrote a version: which members they changed was not kept, so each of them counts."""
    connection = op.get_bind()
    authors: defaultdict[str, set[str]] = defaultdict(set)
    rows = connection.execute(sa.select(_CHANGE.c.data).where(_CHANGE.c.kind == "increment"))
    for (data,) in rows:
        state = orjson.loads(data)["state"]
        authors[state["id"]].add(state["updated_by"])
    for id, names in authors.items():
        known = sa.update(_INCREMENT).where(_INCREMENT.c.id == UUID(id))
        connection.execute(known.values(authors=sorted(names - {"system"})))


def downgrade() -> None:
    for name in ("package_hash", "authors", "supersedes_id", "type"):
        op.drop_column("increment", name)
    op.drop_index("ix_stakeholder_subject")
