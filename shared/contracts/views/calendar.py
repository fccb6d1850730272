"""``GET /forecast``: what is going to happen until a day, with what is known now."""

from typing import Literal

from pydantic import Field

from shared.contracts.base import Model
from shared.contracts.instant import Instant
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Finding, Node


class Entry(Model):
    """Something that is going to happen, if nobody changes anything."""

    at: Instant
    """When."""
    event: Literal["opens", "closes", "moves", "begins", "ends"]
    """A finding `opens` or `closes`; an owner's clock `moves` an entity; one `begins` or `ends` to be valid."""
    finding: Finding | None
    """The finding that opens or closes."""
    node: Node | None
    """The entity that is moved, begins or ends."""
    to: str | None
    """The state that it is moved to."""


class Calendar(View):
    """What is going to happen, in its order."""

    from_: Instant = Field(alias="from")
    """The moment from which on."""
    until: Instant
    """The last moment."""
    items: list[Entry]
    """What happens, the soonest first."""
    hidden: int
    """How much more there is of it."""
