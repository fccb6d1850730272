"""What the roles service publishes: who there is, the roles they hold, and the policies that govern."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import process
from shared.contracts.agent import OVERSIGHT, Overseen
from shared.contracts.base import Cadence, Count, Kind, Model, Name, Short, State, Text, Timed
from shared.contracts.instant import Ending
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.link import link_kind
from shared.contracts.reference import OWNER, Reference

WRITTEN = (
    "draft -> review -> awaiting_approval -> published* <-> revision* -> retired!; published -> retired!; "
    "review -> draft"
)
"""How everything lives that people are to read and follow; what is being revised still holds."""


class RequiredSkill(Model):
    """A skill that a role requires."""

    name: Short
    """Name of the skill."""
    level: Annotated[int, Field(ge=0, le=7)] | None = None
    """Level of the skill, from 0 to 7."""


class Skill(RequiredSkill):
    """A skill that somebody has, and until when its proof holds."""

    valid_to: Ending | None = None
    """Until when its proof holds."""


class Party(Overseen):
    """A person, team, unit or supplier (TM Forum Party), or an AI system that acts. ``subject`` is the sign-in of who
    it is: no two live parties have the same one."""

    kind: Literal["party"] = "party"
    type: Literal["person", "team", "org_unit", "supplier", "agent"] | None = None
    """What sort of party it is."""
    subject: Short | None = None
    """Sign-in of who it is."""
    capacity: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    """How much work it can take on, in full-time equivalents."""
    skills: Annotated[list[Skill], Field(max_length=100)] = []
    """What it is able to do."""
    parent_id: UUID | None = None
    """The party that it is a part of."""


class Role(State):
    """A set of responsibilities that parties can be assigned to (TM Forum PartyRole)."""

    kind: Literal["role"] = "role"
    type: Literal["process_owner", "process_manager", "process_practitioner", "service_owner", "other"] | None = None
    """What sort of role it is."""
    responsibilities: Text | None = None
    """What it answers for."""
    required_skills: Annotated[list[RequiredSkill], Field(max_length=100)] = []
    """What whoever holds it must be able to do."""
    seats: Count | None = None
    """How many are to hold it."""


class ScopeRef(Model):
    """Where a role is held."""

    kind: Literal["process", "service"]
    """Whether it is held for a process or a service."""
    id: UUID
    """Id of the process or service."""


class RoleAssignment(State):
    """A party in a role, for a process or a service, for a time; with a deputy, and whose power it is if it is lent."""

    kind: Literal["role_assignment"] = "role_assignment"
    name: Name = "Role assignment"
    """What people call it."""
    party_id: UUID
    """The party that holds the role."""
    role_id: UUID
    """The role that is held."""
    scope: ScopeRef
    """The process or service that it is held for."""
    deputy_id: UUID | None = None
    """The party that stands in."""
    delegated_by_id: UUID | None = None
    """The party whose power it is, if it is lent."""


class Policy(State):
    """A rule that people follow, such as "all incidents must be logged"."""

    kind: Literal["policy"] = "policy"
    type: Literal["principle", "requirement", "constraint", "rule", "obligation"] | None = None
    """What sort of rule it is."""
    statement: Text | None = None
    """What it says."""
    enforcement: Text | None = None
    """How it is enforced."""
    scope: Literal["process", "it", "enterprise"] | None = None
    """How far it reaches."""


class Control(State):
    """What makes sure that an obligation is kept (OSCAL control): a process carries it out, and evidence shows it."""

    kind: Literal["control"] = "control"
    policy_id: UUID | None = None
    """The obligation that it keeps: a policy of the type `obligation`."""
    cadence: Cadence | None = None
    """How often it leaves evidence."""
    evidence_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Deliverables that show that it was carried out."""


class Procedure(State):
    """How activities are carried out, step by step."""

    kind: Literal["procedure"] = "procedure"
    activity_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Activities that it guides."""
    steps: Annotated[list[Text], Field(max_length=200)] = []
    """What is to be done, step by step."""


class WorkInstruction(State):
    """How one step of a procedure is done by hand."""

    kind: Literal["work_instruction"] = "work_instruction"
    procedure_id: UUID | None = None
    """The procedure that it belongs to."""
    steps: Annotated[list[Text], Field(max_length=200)] = []
    """What is to be done, step by step."""


KINDS = (
    Kind(
        "roles",
        Party,
        Lifecycle.parse("active* -> leaving* -> left!"),
        (OWNER, Reference("parent_id", "part_of", ("party",)), *OVERSIGHT),
        plural="parties",
        appointed=frozenset({"subject"}),
    ),
    Kind("roles", Role, Lifecycle.parse("draft -> active* -> retired!")),
    Kind(
        "roles",
        RoleAssignment,
        Lifecycle.parse("proposed -> active* -> ended!; proposed -> ended!"),
        (
            OWNER,
            Reference("party_id", "assigns", ("party",)),
            Reference("role_id", "assigned_as", ("role",)),
            Reference("scope", "assigned_in"),
            Reference("deputy_id", "relates_to", ("party",)),
            Reference("delegated_by_id", "relates_to", ("party",)),
        ),
        timed=(Timed("proposed", "active", "valid_from"), Timed("active", "ended", "valid_to")),
    ),
    Kind("roles", Policy, Lifecycle.parse(WRITTEN), plural="policies"),
    Kind(
        "roles",
        Control,
        Lifecycle.parse("draft -> active* -> retired!"),
        (
            OWNER,
            Reference("policy_id", "realizes", ("policy",)),
            Reference("evidence_ids[]", "evidenced_by", ("deliverable",)),
        ),
    ),
    Kind(
        "roles",
        Procedure,
        Lifecycle.parse(WRITTEN),
        (OWNER, Reference("activity_ids[]", "guides", ("activity",))),
    ),
    Kind(
        "roles",
        WorkInstruction,
        Lifecycle.parse(WRITTEN),
        (OWNER, Reference("procedure_id", "part_of", ("procedure",))),
    ),
    *process.KINDS,
    link_kind("roles"),
)
