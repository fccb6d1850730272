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
    trigger: Text | None = None
    inputs: Annotated[list[Short], Field(max_length=100)] = []
    outputs: Annotated[list[Short], Field(max_length=100)] = []
    needs: Text | None = None


class Raci(Model):
    """What a role has to do with an activity: responsible, accountable, consulted or informed."""

    role_id: UUID
    letter: Literal["R", "A", "C", "I"]
    note: Text | None = None


class Activity(State):
    """One step of a process. It is a part of it, and lives as its process does."""

    kind: Literal["activity"] = "activity"
    process_id: UUID
    order: Count | None = None
    what: Text | None = None
    decision: bool | None = None
    is_end: bool | None = None
    needs_instruction: bool | None = None
    raci: Annotated[list[Raci], Field(max_length=100)] = []
    segregated_from_ids: Annotated[list[UUID], Field(max_length=100)] = []


class Handoff(State):
    """Where one activity hands over to another: what goes over, and when the taker may refuse it."""

    kind: Literal["handoff"] = "handoff"
    from_activity_id: UUID
    to_activity_id: UUID
    deliverable_id: UUID | None = None
    acceptance: Text | None = None
    max_wait: Short | None = None


class Deliverable(State):
    """Something that activities make and others need."""

    kind: Literal["deliverable"] = "deliverable"
    type: Short | None = None
    template: Annotated[str, Field(max_length=2000)] | None = None
    quality_rule: Text | None = None
    produced_by_ids: Annotated[list[UUID], Field(max_length=100)] = []
    consumed_by_ids: Annotated[list[UUID], Field(max_length=100)] = []


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
