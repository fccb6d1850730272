"""``GET /nodes`` and ``GET /nodes/{kind}/{id}``: what there is, and one thing with its relations and findings."""

from typing import Any, Literal

from pydantic import Field

from shared.contracts.answers.lists import Page
from shared.contracts.base import Model
from shared.contracts.instant import Instant
from shared.contracts.views.frame import View

Severity = Literal["info", "low", "medium", "high", "critical"]
LeftOut = dict[str, int]
"""How much is left out because it is not live, by why: `{"retired": 3, "not yet valid": 1}`."""


class Node(Model):
    """An entity in a view; one that was never seen has only its id and kind."""

    id: str
    """Id of the entity."""
    kind: str
    """Its kind."""
    key: str | None
    """Its key."""
    name: str | None
    """Its name."""
    type: str | None
    """Its type, for kinds that have one."""
    state: str | None
    """Its state; at a valid time to come, the one to which the clock of its owner will have moved it by then."""
    live: bool
    """Whether it counts: its state is live, it is valid, and it was not deleted."""
    why_not_live: str | None
    """`unseen`, `deleted`, the state where that is not a live one, `not yet valid` or `expired`; null if live."""
    version: int | None
    """Its version."""
    owner: str | None
    """Its owner, as `party/id` or `role/id`."""
    criticality: int | None
    """Its criticality, from 1 to 5."""
    deleted: bool
    """Whether it was deleted."""
    unseen: bool = False
    """Whether something refers to it and it has not arrived."""

    @property
    def ref(self) -> str:
        """``kind/id``."""
        return f"{self.kind}/{self.id}"


class Edge(Model):
    """A relation between two nodes."""

    type: str = Field(examples=["supports"])
    """Name of the relation."""
    source: str
    """Where it begins, as `kind/id`."""
    target: str
    """Where it leads, as `kind/id`."""
    origin: str
    """What says so: the link, or the entity whose field makes it."""
    field: str | None
    """Path of that field; null for a link."""
    live: bool
    """Whether it counts: it is active and valid, and its type allows its ends."""
    why_not_live: str | None
    """`ended`, `not yet valid`, `expired` or `does not fit`; null if live."""
    justified: Literal["source", "target"] | None
    """The end that the other one justifies; null where none does."""
    rationale: str | None
    """Reason that its link gives, at most its first 500 characters."""
    confidence: float | None
    """How certain it is, from 0 to 1."""
    came_as: str | None = Field(None, examples=["Flow"])
    """Type that it has in the model that it came from; null where it came from none."""


class Relation(Edge):
    """A relation of one node, with the node at its other end."""

    node: Node
    """The node at the other end."""


class Affects(Model):
    """How much stands and falls with something."""

    things: int
    """Live things that rest on it, by themselves or by way of others."""
    at_least: bool
    """Whether there may be more: not all of it was read."""


class Found(Model):
    """A finding where it is shown beside what it is about."""

    id: str
    """Id of the finding; the same whenever it opens again."""
    rule: str
    """Id of the rule."""
    title: str
    """What the rule calls it."""
    severity: Severity
    """How grave it is."""


class Waived(Model):
    """A decision to live with a finding for a time."""

    id: str
    """Id of the waiver."""
    key: str
    """Its key."""
    by: str
    """Subject of whoever decided."""
    at: Instant
    """When they did."""
    reason: str
    """Why it can be lived with."""
    until: Instant
    """When the waiver ends by itself."""


class Acknowledged(Model):
    """That a finding has been seen, and who acts on it."""

    id: str
    """Id of the acknowledgement."""
    key: str
    """Its key."""
    by: str
    """Subject of whoever acknowledged it."""
    at: Instant
    """When they did."""
    owner: str | None
    """Who is to act, as `party/id` or `role/id`."""
    note: str | None
    """What is going to be done."""
    due: Instant | None
    """Until when it is to be mended."""


class Finding(Found):
    """Something that is wrong by a rule."""

    sentence: str
    """The same in a sentence about its subject."""
    pending: bool
    """Whether what it misses may still arrive."""
    status: Literal["open", "resolved"]
    """Whether it is open at the moment that was asked about."""
    subject: Node
    """What it is about."""
    evidence: dict[str, Any]
    """What the rule saw; its members depend on the rule."""
    since: Instant
    """When it came up."""
    resolved_at: Instant | None
    """When it was resolved; null while it is open."""
    owner: str | None
    """Whose move it is, as `party/id` or `role/id`."""
    remedy: str
    """What would mend it."""
    affects: Affects | None
    """What rests on the subject, where a chain ends at it and it is open; null for what stands for itself alone."""
    waiver: Waived | None
    """Its waiver that holds; null without one."""
    acknowledgement: Acknowledged | None
    """Its acknowledgement; null without one."""
    comments: int
    """How many comments there are on it."""


class Signatory(Node):
    """A stakeholder who approved, under the name of then."""

    subject: str
    """Sign-in by which they approved."""
    at: Instant
    """When they did."""


class Signed(Model):
    """An increment under which a node was signed."""

    increment: Node
    """The increment."""
    attested: bool
    """Whether it was signed elsewhere, so that nothing here proves it."""
    by: list[Signatory]
    """Who approved it."""
    version: int | None
    """Version of the node that was signed."""
    drifted: bool | None
    """Whether the node differs from what was signed; null where that cannot be told."""


class NodePage(View, Page):
    """Nodes in the order of kind and key."""

    items: list[Node]
    """The nodes of this page."""


class Hidden(Model):
    """How much of a node is not shown."""

    out: int
    """Outgoing relations beyond 200."""
    in_: int = Field(alias="in")
    """Incoming relations beyond 200."""
    findings: int
    """Findings beyond the 200 worst."""


class NodeView(Node, View):
    """One node with its relations, findings and signatures."""

    state_data: dict[str, Any]
    """The whole entity as its owner shows it: what is recorded, at whatever valid time it is asked for."""
    out: list[Relation]
    """Outgoing relations, at most 200."""
    in_: list[Relation] = Field(alias="in")
    """Incoming relations, at most 200."""
    findings: list[Finding]
    """Its findings, worst first, at most 200."""
    signed_by: list[Signed]
    """Increments under which it was signed."""
    hidden: Hidden
    """How much is not shown."""
