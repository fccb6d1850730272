"""indexes in the order of lists."""

from shared.resource.migrating import index_lists, unindex_lists

revision = "0005"
down_revision = "0004"

_TABLES = {
    "catalog": (),
    "category": ("parent_id",),
    "consumer_group": (),
    "contract": (),
    "design_package": ("service_id",),
    "link": (),
    "partner": (),
    "product": (),
    "service": (),
    "service_offering": (),
}


def upgrade() -> None:
    index_lists(_TABLES)


def downgrade() -> None:
    unindex_lists(_TABLES)
