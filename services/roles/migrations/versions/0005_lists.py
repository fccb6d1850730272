"""indexes in the order of lists."""

from shared.resource.migrating import index_lists, unindex_lists

revision = "0005"
down_revision = "0004"

_TABLES = {
    "activity": ("process_id",),
    "deliverable": (),
    "handoff": (),
    "link": (),
    "party": (),
    "policy": (),
    "procedure": (),
    "process": (),
    "role": (),
    "role_assignment": (
        "role_id",
        "scope_id",
    ),
    "work_instruction": (),
}


def upgrade() -> None:
    index_lists(_TABLES)


def downgrade() -> None:
    unindex_lists(_TABLES)
