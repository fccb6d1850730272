"""indexes in the order of lists."""

from shared.resource.migrating import index_lists, unindex_lists

revision = "0005"
down_revision = "0004"

_TABLES = {
    "assessment": (),
    "capability": (),
    "csf": (),
    "driver": (),
    "increment": (),
    "kpi": (),
    "link": (),
    "measurement": ("kpi_id",),
    "objective": ("parent_id",),
    "operation": (),
    "outcome": (),
    "plan": (),
    "project": (),
    "stakeholder": (),
    "strategy": (),
    "strategy_element": (),
    "tactic": (),
}


def upgrade() -> None:
    index_lists(_TABLES)


def downgrade() -> None:
    unindex_lists(_TABLES)
