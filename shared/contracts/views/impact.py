"""``GET /impact/{kind}/{id}``: who loses something if a node fails or goes, what to review, and whom to ask."""

from typing import Literal

from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Edge, LeftOut, Node


class Hit(Model):
    """Something that is hit, and the way to it."""

    node: Node
    """What is hit."""
    distance: int
    """How many relations away it is."""
    path: list[Edge]
    """The relations that lead to it."""
    size: int | None
    """How many people or organisations a consumer group has; null where that is not known."""


class Asked(Model):
    """Somebody to ask before a change."""

    node: Node
    """The role or party."""
    owns: list[Node]
    """What they own of what is hit."""
    letters: list[Literal["A", "C"]]
    """Whether they are accountable or consulted."""
    activities: list[Node]
    """In which activities."""
    holders: list[Node]
    """Parties that hold the role there."""


class Impact(View):
    """What a change of a node would mean."""

    subject: Node
    """The node that was asked about."""
    at_risk: list[Hit]
    """What loses something if it fails or goes, nearest first."""
    to_review: list[Hit]
    """What exists for its sake, nearest first."""
    to_ask: list[Asked]
    """Whom to ask."""
    customers: list[Hit]
    """Consumer groups among what is at risk."""
    contracts: list[Hit]
    """Contracts among what is at risk."""
    hidden: int
    """How many relations were not followed."""
    left_out: LeftOut
    """How much was left out because it is not live, by why."""
