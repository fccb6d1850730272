"""Where an organisation means to go, and why: strategies and their four Ps, drivers, objectives and outcomes."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import ExternalRef, Grade, Kind, Short, Side, State, Steering, Text, Timed
from shared.contracts.instant import Day
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
    """Whose strategy it is: of the business, of IT as a whole, of an IT service, or of manufacturing."""
    horizon: Short | None = None
    """How far it looks ahead, such as `2026-2029`."""
    scope: Text | None = None
    """What it covers, and what it does not."""
    mission: Text | None = None
    """What the organisation is there for."""
    vision: Text | None = None
    """What it means to become."""
    sponsor: Short | None = None
    """Who stands behind it."""


class StrategyElement(State):
    """One of the four Ps of strategy: a perspective, a position, a plan, or a pattern of decisions taken."""

    kind: Literal["strategy_element"] = "strategy_element"
    type: Literal["perspective", "position", "plan", "pattern"] | None = None
    """Which of the four Ps of strategy it is."""
    statement: Text | None = None
    """What it says."""
    rationale: Text | None = None
    """Why it says so."""
    evidence_refs: Annotated[list[ExternalRef], Field(max_length=100)] = []
    """Decisions that show a pattern."""
    strategy_id: UUID | None = None
    """The strategy that it belongs to."""


class Driver(State):
    """What makes an organisation change (ArchiMate Driver)."""

    kind: Literal["driver"] = "driver"
    type: Literal["internal", "external"] | None = None
    """Whether it comes from inside or outside the organisation."""


class Assessment(State):
    """What somebody found out about a driver (ArchiMate Assessment)."""

    kind: Literal["assessment"] = "assessment"
    driver_id: UUID | None = None
    """The driver that was assessed."""
    swot: Literal["strength", "weakness", "opportunity", "threat"] | None = None
    """What it is in an analysis of strengths, weaknesses, opportunities and threats."""
    finding: Text | None = None
    """What was found out."""


class Objective(State):
    """A goal with a target (ArchiMate Goal)."""

    kind: Literal["objective"] = "objective"
    level: Literal["strategic", "tactical", "operational"] | None = None
    """Level of planning that it belongs to."""
    side: Side | None = None
    """Whether it is an objective of the business or of IT."""
    due: Day | None = None
    """Day by which it is to be reached."""
    priority: Grade | None = None
    """How much it matters, from 1 (little) to 5 (most)."""
    parent_id: UUID | None = None
    """The objective that it is a part of."""


class Outcome(State):
    """A result for a customer, inside or outside the organisation."""

    kind: Literal["outcome"] = "outcome"
    type: Literal["internal", "external"] | None = None
    """Whether its customers are inside or outside the organisation."""
    consumer_group_id: UUID | None = None
    """The consumer group that it is for."""
    stakeholder_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Stakeholders who value it."""
    value_statement: Text | None = None
    """What it is worth to them."""


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
