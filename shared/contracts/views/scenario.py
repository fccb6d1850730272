"""``POST /scenarios`` and ``POST /gates/{kind}/{id}``: what a change would do, before it is made."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.base import Model, Short
from shared.contracts.instant import Instant
from shared.contracts.views.frame import View
from shared.contracts.views.impact import Asked, Hit
from shared.contracts.views.nodes import Finding, Node

Named = Annotated[Short, Field(examples=["service/claims"])]
"""``kind/key`` or ``kind/id``."""


class Put(Model):
    """Something new, or a whole new version of what is there, as `POST /bulk?preview=true` answers it."""

    action: Literal["put"]
    """`put`."""
    state: dict[str, Any]
    """The whole entity or link."""


class Set(Model):
    """Other members of something that is there."""

    action: Literal["set"]
    """`set`."""
    ref: Named
    """What is changed, as `kind/key` or `kind/id`."""
    members: dict[str, Any]
    """Its members that change, as in a merge patch (RFC 7396)."""


class Move(Model):
    """Something moves to another state."""

    action: Literal["move"]
    """`move`."""
    ref: Named
    """What moves, as `kind/key` or `kind/id`."""
    to: Short
    """The state that it moves to."""


class Retire(Model):
    """Something comes to the end of its lifecycle."""

    action: Literal["retire"]
    """`retire`."""
    ref: Named
    """What ends, as `kind/key` or `kind/id`."""


class Leave(Model):
    """Somebody leaves: what they hold ends."""

    action: Literal["leave"]
    """`leave`."""
    ref: Named
    """The party, as `party/key` or `party/id`."""


class Join(Model):
    """A new link."""

    action: Literal["link"]
    """`link`."""
    type: Short
    """The relation."""
    source: Named
    """Where it begins, as `kind/key` or `kind/id`."""
    target: Named
    """Where it leads, as `kind/key` or `kind/id`."""


class End(Model):
    """A link ends."""

    action: Literal["end"]
    """`end`."""
    ref: Annotated[Short, Field(examples=["link/018f6d2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f"])]
    """The link, as `link/id`."""


Step = Annotated[Put | Set | Move | Retire | Leave | Join | End, Field(discriminator="action")]


class ScenarioBody(Model):
    """Changes that are made together, on what is known now or was at a moment, and when their effect is looked at."""

    steps: Annotated[list[Step], Field(min_length=1, max_length=200)]
    """The changes, in their order."""
    as_of: Instant | None = None
    """What they are made on: the view as it was recorded then; null for now."""
    valid_at: Instant | None = None
    """When their effect is looked at; null for the moment that they are made on."""


class GateBody(Model):
    """A transition that is thought of."""

    to: Short
    """The state to move to."""


class Supposition(Model):
    """What a step comes to."""

    step: int
    """Number of the step, from 0 on."""
    node: Node | None
    """The entity as it would be; null for a link."""
    ref: str
    """What it is about, as `kind/id`."""
    was: str | None
    """Its state before; null for what is new."""
    becomes: str
    """Its state after."""


class ScoreOf(Model):
    """The score, rounded down to a tenth."""

    index: float | None
    """The index; null where nothing is counted."""
    dimensions: dict[str, float | None]
    """By dimension."""


class Ceasing(Model):
    """Something that would be live no more, and what it takes with it."""

    subject: Node
    """What ceases."""
    customers: list[Hit]
    """Consumer groups that lose something, with the way to each."""
    contracts: list[Hit]
    """Contracts that are hit, with the way to each."""
    to_ask: list[Asked]
    """Whom to ask."""
    hidden: int
    """How many relations were not followed."""


class Outcome(View):
    """What would come of it; nothing has been written."""

    suppositions: list[Supposition]
    """What the steps come to, in their order."""
    opened: list[Finding]
    """Findings that there would be, worst first, at most 200."""
    closed: list[Finding]
    """Findings that there would be no longer, worst first, at most 200."""
    hidden: int
    """How many more of both."""
    before: ScoreOf
    """The score without it."""
    after: ScoreOf
    """The score with it."""
    ceasing: list[Ceasing]
    """What would be live no more, at most ten."""


class GateAnswer(Outcome):
    """What would be wrong after a transition. It advises: the owner enforces its own lines, and nothing else."""

    remaining: list[Finding]
    """What is wrong with the subject already, and would be still; worst first, at most 200."""
