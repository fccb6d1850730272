"""What the strategy service publishes: strategies, their objectives and tactics, and the outcomes customers want."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import OWNER, Grade, Kind, Money, Reference, Short, Side, State, Text
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.link import link_kind

STRATEGIC = (
    "draft -> proposed -> approved* -> in_force* -> superseded! | retired!; "
    "proposed -> draft; proposed -> rejected -> draft; draft | approved -> withdrawn!"
)
"""How everything that is steered by sign-off lives."""


class Strategy(State):
    """How an organisation means to reach its ends (ArchiMate Goal and CourseOfAction)."""

    kind: Literal["strategy"] = "strategy"
    type: Literal["business", "it", "it_service", "manufacturing"] | None = None
    horizon: Short | None = None
    scope: Text | None = None
    mission: Text | None = None
    vision: Text | None = None
    sponsor: Short | None = None


class Objective(State):
    """A goal with a target (ArchiMate Goal)."""

    kind: Literal["objective"] = "objective"
    level: Literal["strategic", "tactical", "operational"] | None = None
    side: Side | None = None
    due: date | None = None
    priority: Grade | None = None
    parent_id: UUID | None = None


class Outcome(State):
    """A result for a customer, inside or outside the organisation."""

    kind: Literal["outcome"] = "outcome"
    type: Literal["internal", "external"] | None = None
    consumer_group_id: UUID | None = None
    stakeholder_ids: Annotated[list[UUID], Field(max_length=100)] = []
    value_statement: Text | None = None


class Tactic(State):
    """A decision about how an objective is pursued (ArchiMate CourseOfAction)."""

    kind: Literal["tactic"] = "tactic"
    side: Side | None = None
    budget: Money | None = None
    period: Short | None = None
    it_dependent: bool | None = None


KINDS = (
    Kind("strategy", Strategy, Lifecycle.parse(STRATEGIC), plural="strategies"),
    Kind(
        "strategy",
        Objective,
        Lifecycle.parse(f"{STRATEGIC}; in_force -> achieved! | missed!"),
        (OWNER, Reference("parent_id", "decomposes", ("objective",))),
    ),
    Kind(
        "strategy",
        Outcome,
        Lifecycle.parse("draft -> agreed* -> realised* -> retired!; draft | agreed -> retired!"),
        (
            OWNER,
            Reference("consumer_group_id", "targets", ("consumer_group",)),
            Reference("stakeholder_ids[]", "valued_by", ("stakeholder",)),
        ),
    ),
    Kind("strategy", Tactic, Lifecycle.parse(STRATEGIC)),
    link_kind("strategy"),
)
