"""indexes in the order of lists."""

from shared.resource.migrating import index_lists, unindex_lists

revision = "0006"
down_revision = "0005"

_TABLES = {
    "baseline": (),
}


def upgrade() -> None:
    index_lists(_TABLES)


def downgrade() -> None:
    unindex_lists(_TABLES)
