"""How an organisation gets there: tactics and operations, capabilities, plans and projects."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Kind, Model, Money, Ref, Short, Side, State, Text
from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference
from shared.contracts.strategy.direction import STEERED, STRATEGIC

Maturity = Annotated[int, Field(ge=0, le=5)]


class Tactic(State):
    """A decision about how an objective is pursued (ArchiMate CourseOfAction)."""

    kind: Literal["tactic"] = "tactic"
    side: Side | None = None
    """Whether it is a tactic of the business or of IT."""
    budget: Money | None = None
    """What it may cost."""
    period: Short | None = None
    """When it is pursued, such as `2026`."""
    it_dependent: bool | None = None
    """Whether it needs IT."""


class Operation(State):
    """What has to be done again and again so that a tactic works."""

    kind: Literal["operation"] = "operation"
    side: Side | None = None
    """Whether it is an operation of the business or of IT."""
    cadence: Short | None = None
    """How often it is done."""
    run_cost: Money | None = None
    """What it costs to run."""
    it_dependent: bool | None = None
    """Whether it needs IT."""


class Capability(State):
    """What an organisation is able to do, and how well (ArchiMate Capability, ValueStream)."""

    kind: Literal["capability"] = "capability"
    maturity: Maturity | None = None
    """How well it is done now, from 0 to 5."""
    target_maturity: Maturity | None = None
    """How well it is to be done, from 0 to 5."""
    side: Side | None = None
    """Whether it is a capability of the business or of IT."""
    parent_id: UUID | None = None
    """The capability that it is a part of."""


class PlanStep(Model):
    """A change that a plan decides on. Whoever carries it out makes it under their own rights."""

    action: Literal["retire", "move", "link", "end", "set"]
    """What is done: something is retired or moved to a state, two things are linked or no longer, members are set."""
    ref: Ref
    """What is changed; of a link, where it begins."""
    type: Short | None = None
    """Relation of the link, where one is made or ended."""
    to: Ref | None = None
    """Where the link leads."""
    state: Short | None = None
    """The state that something moves to."""
    members: dict[Short, Any] = {}
    """Members that are set, as in a merge patch (RFC 7396)."""
    on: Instant | None = None
    """From when on it is to be done; null for at once."""


class Plan(State):
    """A way to goals, with its time and money (ArchiMate Plateau, Deliverable)."""

    kind: Literal["plan"] = "plan"
    horizon: Short | None = None
    """How far it looks ahead, such as `2026-2027`."""
    budget: Money | None = None
    """What it may cost."""
    steps: Annotated[list[PlanStep], Field(max_length=200)] = []
    """The changes that it decides on, in their order: a part of what is signed."""


class Project(State):
    """Work with an end that delivers something (ArchiMate WorkPackage)."""

    kind: Literal["project"] = "project"
    budget: Money | None = None
    """What it may cost."""
    charter: Text | None = None
    """What it is to deliver, by whom and until when."""
    sponsor: Short | None = None
    """Who stands behind it."""


KINDS = (
    Kind("strategy", Tactic, Lifecycle.parse(STRATEGIC), **STEERED),
    Kind("strategy", Operation, Lifecycle.parse(STRATEGIC), **STEERED),
    Kind(
        "strategy",
        Capability,
        Lifecycle.parse(STRATEGIC),
        (OWNER, Reference("parent_id", "part_of", ("capability",))),
        plural="capabilities",
        **STEERED,
    ),
    Kind(
        "strategy",
        Plan,
        Lifecycle.parse(STRATEGIC),
        (OWNER, Reference("steps[].ref", "relates_to"), Reference("steps[].to", "relates_to")),
        **STEERED,
    ),
    Kind(
        "strategy",
        Project,
        Lifecycle.parse(
            "proposed -> chartered* -> in_progress* <-> on_hold -> completed! | cancelled!; "
            "proposed | chartered -> cancelled!; in_progress -> completed! | cancelled!"
        ),
        signed_as="chartered",
    ),
)
