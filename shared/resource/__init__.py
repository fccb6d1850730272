"""The behaviour that every kind shares: create, replace, read, patch, transition, delete, list and history."""

from shared.resource.idempotency import IdempotencyRow
from shared.resource.owner import Effect, Facts, Lookup, Owner, Rule, Rules
from shared.resource.sign_ins import subject_is_unique
from shared.resource.tables import EntityRow, LinkRow, index_lists

__all__ = [
    "Effect",
    "EntityRow",
    "Facts",
    "IdempotencyRow",
    "LinkRow",
    "Lookup",
    "Owner",
    "Rule",
    "Rules",
    "index_lists",
    "subject_is_unique",
]
