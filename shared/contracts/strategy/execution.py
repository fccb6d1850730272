"""How an organisation gets there: tactics and operations, capabilities, plans and projects."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Kind, Money, Short, Side, State, Text
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference
from shared.contracts.strategy.direction import STEERED, STRATEGIC

Maturity = Annotated[int, Field(ge=0, le=5)]


class Tactic(State):
    """A decision about how an objective is pursued (ArchiMate CourseOfAction)."""

    kind: Literal["tactic"] = "tactic"
    side: Side | None = None
    budget: Money | None = None
    period: Short | None = None
    it_dependent: bool | None = None


class Operation(State):
    """What has to be done again and again so that a tactic works."""

    kind: Literal["operation"] = "operation"
    side: Side | None = None
    cadence: Short | None = None
    run_cost: Money | None = None
    it_dependent: bool | None = None


class Capability(State):
    """What an organisation is able to do, and how well (ArchiMate Capability, ValueStream)."""

    kind: Literal["capability"] = "capability"
    maturity: Maturity | None = None
    target_maturity: Maturity | None = None
    side: Side | None = None
    parent_id: UUID | None = None


class Plan(State):
    """A way to goals, with its time and money (ArchiMate Plateau, Deliverable)."""

    kind: Literal["plan"] = "plan"
    horizon: Short | None = None
    budget: Money | None = None


class Project(State):
    """Work with an end that delivers something (ArchiMate WorkPackage)."""

    kind: Literal["project"] = "project"
    budget: Money | None = None
    charter: Text | None = None
    sponsor: Short | None = None


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
    Kind("strategy", Plan, Lifecycle.parse(STRATEGIC), **STEERED),
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
