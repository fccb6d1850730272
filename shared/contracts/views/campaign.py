"""``GET /campaigns/{id}/progress``: what of a campaign has been attested, and by whom it is awaited."""

from shared.contracts.base import Model
from shared.contracts.instant import Instant
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Node


class Attested(Model):
    """An item of a campaign."""

    node: Node
    """What is to be attested."""
    owner: str | None
    """Whose move it is, as `party/id` or `role/id`; null where nobody owns it."""
    at: Instant | None
    """When it was reviewed; null where it has not been since the campaign began."""
    by: str | None
    """Who reviewed it."""
    comment: str | None
    """What they had to say."""


class OfOwner(Model):
    """How far an owner is."""

    owner: str | None
    """The owner; null for what nobody owns."""
    node: Node | None
    """The same, as a node."""
    items: int
    """How many items they own."""
    attested: int
    """How many of these they have attested."""


class Progress(View):
    """How far a campaign is."""

    key: str
    """Key of the campaign."""
    name: str
    """Its name."""
    state: str
    """Whether it is `open` or `closed`."""
    due: Instant
    """Until when."""
    overdue: bool
    """Whether that has passed, and something is open."""
    total: int
    """How many items there are."""
    attested: int
    """How many of them are attested, or are there no longer."""
    owners: list[OfOwner]
    """By owner, those first who have most to do."""
    items: list[Attested]
    """The items, those first that are open."""
