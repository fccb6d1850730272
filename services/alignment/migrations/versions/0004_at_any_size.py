"""lists and relations in the order in which they are read, and counts that are kept."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.storage.db import BIG, JSON_TEXT, TEXT, Moment
from shared.storage.dialects import assume_statistics

revision = "0004"
down_revision = "0003"

_INDEXES = (
    (
        "ix_record_list",
        "record",
        ["generation", "recorded_to", "kind", "key"],
        ["generation", "kind", "key", "ref", "recorded_to"],
    ),
    (
        "ix_edge_out",
        "edge",
        ["generation", "source", "type", "recorded_to"],
        ["generation", "source", "recorded_to", "live", "type", "target", "origin"],
    ),
    (
        "ix_edge_in",
        "edge",
        ["generation", "target", "type", "recorded_to"],
        ["generation", "target", "recorded_to", "live", "type", "source", "origin"],
    ),
    (
        "ix_finding_open",
        "finding",
        ["generation", "resolved_at", "rule"],
        ["generation", "resolved_at", "rule", "severity", "subject", "id"],
    ),
)
_SPANS = [
    (table, name, column)
    for table in ("record", "edge")
    for name, column in (("begins", "valid_from"), ("ends", "valid_to"))
]
_TOLD: list[tuple[str, str, Any]] = [
    ("generation", "phase", TEXT),
    ("generation", "checked", BIG),
    ("progress", "head", BIG),
]
_NODES = sa.text("kind <> 'link'")
_ONLY: dict[str, Any] = {"ix_record_list": {"sqlite_where": _NODES, "postgresql_where": _NODES}}
_WORST = ["generation", "resolved_at", "severity", "rule", "subject", "id"]


_EXPECTED = {
    "record": {
        "sqlite_autoindex_record_1": "1000000 1000000 2 2 1",
        "ix_record_list": "500000 500000 25000 2 2 1",
        "ix_record_recorded": "1000000 1000000 2",
        "ix_record_begins": "100000 100000 20",
        "ix_record_ends": "100000 100000 20",
    },
    "edge": {
        "sqlite_autoindex_edge_1": "1000000 1000000 2 2 2 1",
        "ix_edge_out": "1000000 1000000 5 4 4 3 2 1",
        "ix_edge_in": "1000000 1000000 5 4 4 3 2 1",
        "ix_edge_held": "1000000 1000000 5 4",
        "ix_edge_begins": "100000 100000 20",
        "ix_edge_ends": "100000 100000 20",
    },
    "finding": {
        "sqlite_autoindex_finding_1": "200000 200000 2 1",
        "ix_finding_open": "200000 200000 50000 20000 5000 1 1",
        "ix_finding_worst": "200000 200000 50000 20000 5000 1 1",
        "ix_finding_opened": "200000 200000 2",
        "ix_finding_subject": "200000 200000 2 1",
    },
}
"""Of a large graph: what is right for it does no harm to a small one."""


def upgrade() -> None:
    for name, table, _, columns in _INDEXES:
        op.drop_index(name)
        op.create_index(name, table, columns, **_ONLY.get(name, {}))
    op.create_index("ix_finding_worst", "finding", _WORST)
    _index_spans(["generation"])
    op.create_table(
        "tally",
        sa.Column("generation", BIG, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("counts", JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("generation", "at", name=op.f("pk_tally")),
    )
    for table, column, type_ in _TOLD:
        op.add_column(table, sa.Column(column, type_, nullable=True))
    assume_statistics(op.get_bind(), _EXPECTED)


def downgrade() -> None:
    assume_statistics(op.get_bind(), {})
    for table, column, _ in _TOLD:
        op.drop_column(table, column)
    op.drop_table("tally")
    _index_spans([])
    op.drop_index("ix_finding_worst")
    for name, table, columns, _ in _INDEXES:
        op.drop_index(name)
        op.create_index(name, table, columns)


def _index_spans(first: list[str]) -> None:
    for table, name, column in _SPANS:
        given = sa.text(f"{column} IS NOT NULL")
        op.drop_index(f"ix_{table}_{name}")
        op.create_index(f"ix_{table}_{name}", table, [*first, column], sqlite_where=given, postgresql_where=given)
