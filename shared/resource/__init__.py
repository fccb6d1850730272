"""The behaviour that every kind shares: create, replace, read, patch, transition, delete, list and history."""

from shared.resource.idempotency import IdempotencyRow
from shared.resource.owner import Owner
from shared.resource.tables import EntityRow, LinkRow, index_lists

__all__ = [
    "EntityRow",
    "IdempotencyRow",
    "LinkRow",
    "Owner",
    "index_lists",
]
