"""The statements of every write, put together once per table: that takes longer than to run one.

They hold parameters instead of values; a parameter must not be called like a column of the table that it is for.
"""

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Delete, Select, Table, Update, bindparam, literal_column, select

MOST_DELETED = 200
"""Of one kind, among which one that had a key is looked for."""
_ID: BindParameter[Any] = bindparam("of_id")


@cache
def by_id(table: Table, *, lock: bool = False) -> Select[Any]:
    """The row of ``of_id``; with ``lock``, for an update."""
    query = select(table).where(table.c.id == _ID)
    return query.with_for_update() if lock else query


@cache
def by_ids(table: Table, *, lock: bool = False) -> Select[Any]:
    """The rows of ``ids``; with ``lock``, for an update, and in an order that is the same for everybody."""
    query = select(table).where(table.c.id.in_(bindparam("ids", expanding=True)))
    return query.order_by(table.c.id).with_for_update() if lock else query


@cache
def holder(table: Table) -> Select[Any]:
    """The id that has the key ``of_key``."""
    return select(table.c.id).where(table.c.key == bindparam("of_key"))


@cache
def by_key(table: Table) -> Select[Any]:
    """The row that has the key ``of_key``."""
    return select(table).where(table.c.key == bindparam("of_key"))


@cache
def deleted(changes: Table) -> Select[Any]:
    """What is said of the entities of ``of_kind`` that were deleted last."""
    # the action as it stands in the condition of the index, which no parameter is known to meet
    gone = changes.c.action == literal_column("'deleted'")
    query = select(changes.c.data).where(changes.c.kind == bindparam("of_kind"), gone)
    return query.order_by(changes.c.sequence.desc()).limit(MOST_DELETED)


@cache
def keys_between(table: Table) -> Select[Any]:
    """The keys from ``first`` on and before ``end``: unlike a pattern, both databases find these in their index."""
    return select(table.c.key).where(table.c.key >= bindparam("first"), table.c.key < bindparam("end"))


@cache
def same_link(table: Table) -> Select[Any]:
    """The active link, other than ``of_id``, of a type and between two ends."""
    ends = ("type", "source_kind", "source_id", "target_kind", "target_id")
    same = [table.c[name] == bindparam(f"of_{name}") for name in ends]
    return select(table.c.id).where(*same, table.c.state == "active", table.c.id != _ID)


@cache
def newest(changes: Table) -> Select[Any]:
    """The last change of ``of_kind`` and ``of_id``."""
    query = select(changes).where(changes.c.kind == bindparam("of_kind"), changes.c.id == _ID)
    return query.order_by(changes.c.epoch.desc(), changes.c.version.desc()).limit(1)


@cache
def update(table: Table) -> Update:
    """New values, given when it runs, for the row of ``of_id``."""
    return table.update().where(table.c.id == _ID)


@cache
def delete(table: Table) -> Delete:
    """Without the row of ``of_id``."""
    return table.delete().where(table.c.id == _ID)
