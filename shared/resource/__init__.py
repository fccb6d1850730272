"""The behaviour that every kind shares: create, replace, read, patch, transition, delete, list and history."""

from shared.resource.owner import Facts, Owner, Rule, Rules
from shared.resource.tables import EntityRow, LinkRow

__all__ = ["EntityRow", "Facts", "LinkRow", "Owner", "Rule", "Rules"]
