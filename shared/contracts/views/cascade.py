"""``GET /cascade``: how strategy comes down to work."""

from typing import Literal

from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Found, LeftOut, Node


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


class Hole(Found):
    """A finding of the dimension `trace` about something that the cascade shows."""

    node: CascadeNode
    """What it is about."""


class HiddenCascade(Model):
    """What there was no room for."""

    nodes: int
    """Nodes beyond 500 of a kind."""
    holes: int
    """Holes beyond the 2,000 worst."""


class Cascade(View):
    """Strategies with what carries them out."""

    items: list[Branch]
    """Trees of business strategies, and of whatever else has nothing above it."""
    holes: list[Hole]
    """Where it is broken: the open findings about what is shown."""
    hidden: HiddenCascade
    """What there was no room for."""
    left_out: LeftOut
    """How much was left out because it is over, by why."""
