"""What an AI system says of itself, whether it is kept as a party that acts or as a product that is used."""

from typing import Literal
from uuid import UUID

from shared.contracts.base import State, Text
from shared.contracts.reference import Reference


class Overseen(State):
    """What may be an AI system (``type`` is `agent`): what it is for, how much can go wrong, and who watches it (EU AI
    Act, articles 6, 14 and 26)."""

    purpose: Text | None = None
    """What an AI system is to be used for."""
    risk_class: Literal["minimal", "limited", "high", "unacceptable"] | None = None
    """Its class of risk under the EU AI Act."""
    accountable_id: UUID | None = None
    """The person who answers for what an AI system does."""
    oversight_role_id: UUID | None = None
    """The role that watches an AI system, and can stop it."""


OVERSIGHT = (
    Reference("accountable_id", "accountable", ("party",)),
    Reference("oversight_role_id", "overseen_by", ("role",)),
)
