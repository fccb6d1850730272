"""Where an organisation means to go, and why: strategies and their four Ps, drivers, objectives and outcomes."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import ExternalRef, Grade, Kind, Short, Side, State, Steering, Text, Timed
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

STRATEGIC = (
    "draft -> proposed -> approved* -> in_force* -> superseded! | retired!; "
    "proposed -> draft; proposed -> rejected -> draft; draft | approved -> withdrawn!"
)
"""How everything that is steered by sign-off lives."""
STEERED: Steering = {"signed_as": "approved", "timed": (Timed("approved", "in_force", "valid_from"),)}
"""Signed as approved, and in force by itself from the day on that was agreed."""
OBSERVED = "draft -> active* -> closed!"


class Strategy(State):
    """How an organisation means to reach its ends (ArchiMate Goal and CourseOfAction)."""

    kind: Literal["strategy"] = "strategy"
    type: Literal["business", "it", "it_service", "manufacturing"] | None = None
    horizon: Short | None = None
    scope: Text | None = None
    mission: Text | None = None
    vision: Text | None = None
    sponsor: Short | None = None


class StrategyElement(State):
    """One of the four Ps of strategy: a perspective, a position, a plan, or a pattern of decisions taken."""

    kind: Literal["strategy_element"] = "strategy_element"
    type: Literal["perspective", "position", "plan", "pattern"] | None = None
    statement: Text | None = None
    rationale: Text | None = None
    evidence_refs: Annotated[list[ExternalRef], Field(max_length=100)] = []
    strategy_id: UUID | None = None


class Driver(State):
    """What makes an organisation change (ArchiMate Driver)."""

    kind: Literal["driver"] = "driver"
    type: Literal["internal", "external"] | None = None


class Assessment(State):
    """What somebody found out about a driver (ArchiMate Assessment)."""

    kind: Literal["assessment"] = "assessment"
    driver_id: UUID | None = None
    swot: Literal["strength", "weakness", "opportunity", "threat"] | None = None
    finding: Text | None = None


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


KINDS = (
    Kind("strategy", Strategy, Lifecycle.parse(STRATEGIC), plural="strategies", **STEERED),
    Kind(
        "strategy",
        StrategyElement,
        Lifecycle.parse(STRATEGIC),
        (OWNER, Reference("strategy_id", "part_of", ("strategy",))),
        **STEERED,
    ),
    Kind("strategy", Driver, Lifecycle.parse(OBSERVED), signed_as="active"),
    Kind(
        "strategy",
        Assessment,
        Lifecycle.parse(OBSERVED),
        (OWNER, Reference("driver_id", "relates_to", ("driver",))),
        signed_as="active",
    ),
    Kind(
        "strategy",
        Objective,
        Lifecycle.parse(f"{STRATEGIC}; in_force -> achieved! | missed!"),
        (OWNER, Reference("parent_id", "decomposes", ("objective",))),
        **STEERED,
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
        signed_as="agreed",
    ),
)
