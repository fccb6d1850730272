"""The change table, heart of an owner: outbox, ``/changes``, ``/history`` and ``?version=`` at once. Append-only."""

from shared.changes.leader import Leader
from shared.changes.table import ChangeRow, Head, LeaderRow, append, changes_after, head, versions

__all__ = ["ChangeRow", "Head", "Leader", "LeaderRow", "append", "changes_after", "head", "versions"]
