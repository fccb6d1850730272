"""``GET /departures/{id}``: what is left open where somebody goes, and who could take it over."""

from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Node


class LostLetter(Model):
    """An activity that would be without one."""

    activity: Node
    """The activity."""
    letter: str
    """`A` for the accountable role, `R` for the last one that does it."""


class Successor(Model):
    """Somebody who could take a role over."""

    party: Node
    """Who."""
    has: list[str]
    """Skills that the role requires and they have."""
    lacks: list[str]
    """Skills that the role requires and they lack."""
    holds: bool
    """Whether they hold the role already, somewhere."""


class Seat(Model):
    """A role that they hold."""

    assignment: Node
    """The assignment that ends."""
    role: Node
    """The role."""
    scope: Node | None
    """Where they hold it: a process or a service."""
    alone: bool
    """Whether nobody else holds it there."""
    letters: list[LostLetter]
    """Activities there that lose their accountable role or the last that does them, if nobody else holds it."""
    candidates: list[Successor]
    """Who could take it over: who lacks least first, at most five."""


class Departure(View):
    """What is left open where somebody goes."""

    party: Node
    """Who goes."""
    seats: list[Seat]
    """The roles that they hold, at most 100."""
    owns: list[Node]
    """What they own by themselves, at most 100."""
    owns_more: bool
    """Whether they own more."""
    signs: list[Node]
    """Stakeholders that they represent: whoever signs for these has to be another."""
    contracts: list[Node]
    """Contracts and what else they provide or are party to."""
    hidden: int
    """How many relations were not followed."""
