"""Processes as the roles service publishes them: activities with their RACI, hand-offs and deliverables."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Count, Kind, Model, Short, State, Text
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

_LIFE = "draft -> defined -> approved* -> operational* <-> under_review* -> retired!"


class Process(State):
    """Activities that turn a trigger into a result (ArchiMate BusinessProcess, ITIL practice)."""

    kind: Literal["process"] = "process"
    purpose: Text | None = None
    """What it is there for."""
    trigger: Text | None = None
    """What starts it."""
    inputs: Annotated[list[Short], Field(max_length=100)] = []
    """What it needs."""
    outputs: Annotated[list[Short], Field(max_length=100)] = []
    """What it results in."""
    needs: Text | None = None
    """What it needs of people, tools and information."""


class Raci(Model):
    """What a role has to do with an activity: responsible, accountable, consulted or informed."""

    role_id: UUID
    """The role."""
    letter: Literal["R", "A", "C", "I"]
    """What it is: responsible, accountable, consulted or informed."""
    note: Text | None = None
    """What that means here."""


class Activity(State):
    """One step of a process. It is a part of it, and lives as its process does."""

    kind: Literal["activity"] = "activity"
    process_id: UUID
    """The process that it is a step of."""
    order: Count | None = None
    """Its place among the activities of the process."""
    what: Text | None = None
    """What is done."""
    decision: bool | None = None
    """Whether it is a decision."""
    is_end: bool | None = None
    """Whether the process ends with it."""
    needs_instruction: bool | None = None
    """Whether it needs a work instruction."""
    raci: Annotated[list[Raci], Field(max_length=100)] = []
    """Which roles have to do with it, and as what."""
    segregated_from_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Activities that nobody who does this one may do."""


class Handoff(State):
    """Where one activity hands over to another: what goes over, and when the taker may refuse it."""

    kind: Literal["handoff"] = "handoff"
    from_activity_id: UUID
    """The activity that hands over."""
    to_activity_id: UUID
    """The activity that takes over."""
    deliverable_id: UUID | None = None
    """What is handed over."""
    acceptance: Text | None = None
    """When the taker may refuse it."""
    max_wait: Short | None = None
    """How long it may wait."""


class Deliverable(State):
    """Something that activities make and others need."""

    kind: Literal["deliverable"] = "deliverable"
    type: Short | None = None
    """What sort of thing it is."""
    template: Annotated[str, Field(max_length=2000)] | None = None
    """Where its template is kept."""
    quality_rule: Text | None = None
    """What makes a good one."""
    produced_by_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Activities that make it."""
    consumed_by_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Activities that need it."""


_LETTERS = {"R": "responsible", "A": "accountable", "C": "consulted", "I": "informed"}

KINDS = (
    Kind("roles", Process, Lifecycle.parse(_LIFE), plural="processes"),
    Kind(
        "roles",
        Activity,
        Lifecycle.parse(f"{_LIFE}; draft | defined | approved | operational -> retired!"),
        (
            OWNER,
            Reference("process_id", "part_of", ("process",)),
            *(
                Reference(f"raci[letter={letter}].role_id", relation, ("role",))
                for letter, relation in _LETTERS.items()
            ),
            Reference("segregated_from_ids[]", "relates_to", ("activity",)),
        ),
        plural="activities",
        immutable=frozenset({"process_id"}),
    ),
    Kind(
        "roles",
        Handoff,
        Lifecycle.parse("active* -> ended!"),
        (
            OWNER,
            Reference("from_activity_id", "relates_to", ("activity",)),
            Reference("to_activity_id", "precedes", ("activity",), start=("from_activity_id", "activity")),
            Reference("deliverable_id", "hands_over", ("deliverable",), start=("from_activity_id", "activity")),
        ),
    ),
    Kind(
        "roles",
        Deliverable,
        Lifecycle.parse("draft -> active* -> retired!"),
        (
            OWNER,
            Reference("produced_by_ids[]", "produced_by", ("activity",)),
            Reference("consumed_by_ids[]", "consumed_by", ("activity",)),
        ),
    ),
)
