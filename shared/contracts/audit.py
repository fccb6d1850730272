"""What is done and changes nothing that is recorded, as events tell it: who signed in and out, who was refused, who had
the view built anew. Every other act is a change, and its event says who did it and by which means."""

from typing import Literal
from uuid import UUID

from shared.contracts.actions import Told
from shared.contracts.base import Model, Short
from shared.contracts.instant import Instant

OfThePage = Literal["signed_in", "signed_out", "refused"]


class AuditBody(Model):
    """What the page tells of whoever has signed in there."""

    action: OfThePage
    """What was done."""
    place: Short | None = None
    """Where it was refused: the path of a page."""
    right: Short | None = None
    """The scope that was lacking, if that is known."""


class AuditTold(Model):
    """Something that somebody did; the event says who, when and by which means."""

    kind: Literal["audit"] = "audit"
    """Its kind."""
    id: UUID
    """Its id: of each there is one event."""
    version: int = 1
    """Always 1."""
    at: Instant
    """When it was told."""
    place: Short | None = None
    """Where it was refused: the path of a page."""
    right: Short | None = None
    """The scope that was lacking, if that is known."""
    subject: Short | None = None
    """What it was done to, such as a generation of the view."""
    reason: Short | None = None
    """Why, as whoever did it says."""


KINDS = (Told("alignment", AuditTold, ("signed_in", "signed_out", "refused", "rebuilt", "forgotten")),)
