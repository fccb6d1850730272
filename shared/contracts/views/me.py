"""``GET /me``: the caller as a person of the organisation."""

from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Node


class Held(Model):
    """A role that is held, and where."""

    role: Node
    """The role."""
    scope: Node | None
    """The one process or service where it counts; null for everywhere."""


class Me(View):
    """Who is asking: what they are called here, what they hold and own, and what waits for them."""

    subject: str
    """Subject of the token."""
    scopes: list[str]
    """What the token allows."""
    party: Node | None
    """The live party that signs in as this subject; null without one."""
    stakeholder: Node | None
    """The live stakeholder that signs in as this subject; null without one."""
    teams: list[Node]
    """What the party is part of, nearest first."""
    roles: list[Held]
    """Roles that the party holds, at most 100."""
    owners: list[str]
    """All of these as owners, `party/id` or `role/id`: what any of them owns is the caller's."""
    owns: list[Node]
    """What they own, at most 100, in the order of kind and key."""
    owns_more: bool
    """Whether they own more than that."""
    decisions: list[Node]
    """Increments that wait for the caller's decision, at most 100."""
    acts_on: list[str]
    """Findings that are acknowledged as theirs to act on, at most 100."""
