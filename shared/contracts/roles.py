"""What the roles service publishes: who there is, which roles they can hold, the processes and the policies."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import OWNER, Count, Instant, Kind, Model, Reference, Short, State, Text
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.link import link_kind


class RequiredSkill(Model):
    name: Short
    level: Annotated[int, Field(ge=0, le=7)] | None = None


class Skill(RequiredSkill):
    """A skill that somebody has, and until when its proof holds."""

    valid_to: Instant | None = None


class Party(State):
    """A person, team, unit or supplier (TM Forum Party)."""

    kind: Literal["party"] = "party"
    type: Literal["person", "team", "org_unit", "supplier"] | None = None
    capacity: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    skills: Annotated[list[Skill], Field(max_length=100)] = []
    parent_id: UUID | None = None


class Role(State):
    """A set of responsibilities that parties can be assigned to (TM Forum PartyRole)."""

    kind: Literal["role"] = "role"
    type: Literal["process_owner", "process_manager", "process_practitioner", "service_owner", "other"] | None = None
    responsibilities: Text | None = None
    required_skills: Annotated[list[RequiredSkill], Field(max_length=100)] = []
    seats: Count | None = None


class Process(State):
    """Activities that turn a trigger into a result (ArchiMate BusinessProcess, ITIL practice)."""

    kind: Literal["process"] = "process"
    purpose: Text | None = None
    trigger: Text | None = None
    inputs: Annotated[list[Short], Field(max_length=100)] = []
    outputs: Annotated[list[Short], Field(max_length=100)] = []
    needs: Text | None = None


class Policy(State):
    """A rule that people follow, such as "all incidents must be logged"."""

    kind: Literal["policy"] = "policy"
    type: Literal["principle", "requirement", "constraint", "rule"] | None = None
    statement: Text | None = None
    enforcement: Text | None = None
    scope: Literal["process", "it", "enterprise"] | None = None


KINDS = (
    Kind(
        "roles",
        Party,
        Lifecycle.parse("active* -> leaving* -> left!"),
        (OWNER, Reference("parent_id", "part_of", ("party",))),
        plural="parties",
    ),
    Kind("roles", Role, Lifecycle.parse("draft -> active* -> retired!")),
    Kind(
        "roles",
        Process,
        Lifecycle.parse("draft -> defined -> approved* -> operational* <-> under_review* -> retired!"),
        plural="processes",
    ),
    Kind(
        "roles",
        Policy,
        Lifecycle.parse(
            "draft -> review -> awaiting_approval -> published* <-> revision* -> retired!; published -> retired!; "
            "review -> draft"
        ),
        plural="policies",
    ),
    link_kind("roles"),
)
