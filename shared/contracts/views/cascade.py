"""``GET /cascade``: how strategy comes down to work."""

from typing import Literal

from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import LeftOut, Node


class CascadeNode(Node):
    """A strategy, objective, tactic or operation with its side."""

    side: Literal["business", "it"] | None
    """Whether it belongs to the business or to IT, if it says so."""


class Branch(Model):
    """A node with what carries it out."""

    node: CascadeNode
    """The node."""
    parallels: list[CascadeNode]
    """Its counterparts on the other side."""
    below: list["Branch"]
    """What supports, decomposes or carries it out."""
    hidden: int
    """How much is below it that is shown elsewhere, or too deep."""


class Hole(Model):
    """Something that the cascade lacks."""

    node: CascadeNode
    """Where it is missing."""
    hole: str
    """What is missing."""


class Cascade(View):
    """Strategies with what carries them out."""

    items: list[Branch]
    """Trees of business strategies, and of whatever else has nothing above it."""
    holes: list[Hole]
    """What is missing."""
    hidden: int
    """How many nodes there was no room for."""
    left_out: LeftOut
    """How much was left out because it is over, by why."""
