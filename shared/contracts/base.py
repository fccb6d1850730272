"""The published form of an entity: response body and event payload alike, so that API and events cannot drift apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypedDict
from unicodedata import normalize
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.actions import ACTIONS
from shared.contracts.instant import Ending, Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.model import Model
from shared.contracts.reference import OWNER, Reference
from shared.contracts.scalars import (
    Count,
    Grade,
    Key,
    KindName,
    Money,
    Name,
    RecordKind,
    Short,
    Side,
    Text,
    looks_like_an_id,
)

__all__ = [
    "SERVER_FIELDS", "Cadence", "Count", "ExternalRef", "Grade", "Key", "Kind", "KindName", "Model", "Money", "Name",
    "OwnerRef", "Provenance", "Record", "RecordKind", "Ref", "Review", "Short", "Side", "State", "Steering", "Text",
    "Timed", "folded", "looks_like_an_id", "reason_given", "searched",
]  # fmt: skip


class Ref(Model):
    """A typed id. Its text form ``kind/id`` is also the subject of the target's events."""

    kind: KindName
    """Kind of the entity."""
    id: UUID
    """Id of the entity."""

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class OwnerRef(Model):
    """Who answers for something: a party or a role."""

    kind: Literal["party", "role"]
    """Whether a party or a role owns it."""
    id: UUID
    """Id of the party or role."""

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class ExternalRef(Model):
    """The same thing in another system."""

    system: Short
    """Name of the other system."""
    id: Short
    """What it is called there."""
    url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    """Where it is found there."""


Cadence = Literal["monthly", "quarterly", "semi_annual", "annual"]


class Review(Model):
    """When something was reviewed, and when it is to be reviewed again."""

    cadence: Cadence | None = None
    """How often it is to be reviewed."""
    last_at: Instant | None = None
    """When it was reviewed last."""
    last_by: Short | None = None
    """Who reviewed it last."""
    next_due: Ending | None = None
    """When it is to be reviewed next."""
    comment: Text | None = None
    """What the last reviewer had to say."""


class Provenance(Model):
    """Where a value came from; ``wrote`` is what that source wrote last, member by member."""

    source: Short
    """Where the value came from: the format and identifier of a model, or `bundle`."""
    id: Short
    """What the entity is called there."""
    type: Short | None = None
    """What type it has there."""
    model: Short | None = None
    """The model or bundle that it came with, where these have names."""
    left_at: Instant | None = None
    """When it was found to be in that source no more; null while it is."""
    wrote: dict[str, Any] = {}
    """What that source wrote last, member by member."""


class Record(Model):
    """What every versioned thing has, links included."""

    id: UUID
    """Id of the entity, a UUID."""
    kind: str
    """Its kind."""
    state: str
    """Where it stands in its life cycle."""
    state_reason: Text | None = None
    """Why it is in this state."""
    version: int
    """Number of this version, from 1 on."""
    valid_from: Instant | None = None
    """When it begins to be valid; null for always."""
    valid_to: Ending | None = None
    """When it ceases to be valid; null for never."""
    provenance: Annotated[list[Provenance], Field(max_length=20)] = []
    """Where its values came from, if they were imported."""
    created_at: Instant
    """When it was created."""
    created_by: str
    """Subject of the token that created it."""
    updated_at: Instant
    """When this version was made."""
    updated_by: str
    """Subject of the token that made this version, or `system`."""


class State(Record):
    """What every entity of the domain has besides; a kind adds its own fields."""

    key: Key
    """What people call it in files and on the command line, unique for each kind."""
    name: Name
    """What people call it."""
    description: Text | None = None
    """What it is, in a few sentences."""
    owner: OwnerRef | None = None
    """Who answers for it: a party or a role."""
    criticality: Grade | None = None
    """How much depends on it, from 1 (little) to 5 (vital)."""
    tags: Annotated[list[Short], Field(max_length=50)] = []
    """Words by which it is found."""
    external_refs: Annotated[list[ExternalRef], Field(max_length=50)] = []
    """The same thing in other systems."""
    review: Review | None = None
    """When it was reviewed, and when it is to be reviewed again."""
    custom: Annotated[dict[Short, Any], Field(max_length=100)] = {}
    """Members of the organisation's own."""


def searched(text: str) -> str:
    """Text as searches compare it: without case, and without what only looks different (NFKC)."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def folded(name: str, key: str) -> str:
    """The text that a search by name or key looks in."""
    return f"{searched(name)} {key}"


def reason_given(before: Mapping[str, Any] | None, state: Mapping[str, Any]) -> str | None:
    """The reason of this version: one that was given for an earlier one is not."""
    same = before and all(before.get(name) == state.get(name) for name in ("state", "state_reason"))
    return None if same else state.get("state_reason")


SERVER_FIELDS = frozenset({"id", "kind", "version", "created_at", "created_by", "updated_at", "updated_by"})
"""Members that no caller writes."""


class Timed(NamedTuple):
    """A transition that is made when an instant comes which the entity itself holds, as ``valid_from`` or
    ``period.end``."""

    state: str
    to: str
    at: str


class Steering(TypedDict):
    signed_as: str
    timed: tuple[Timed, ...]


@dataclass(frozen=True, eq=False)
class Kind:
    """Everything that the shared behaviour needs to know of a kind.

    ``immutable`` members never change; ``kept`` ones are written by the service only. ``signed_as`` is the state to
    which a signed increment takes it. ``appointed`` members say who may decide what: they are given only with the scope
    ``<service>:appoint``, and where ``appointed_by_others`` never to oneself; so are those of its ``identity``, once it
    has a sign-in. ``registered`` names the states in which one may be registered as found, where that is not every one;
    those that are ``claimed`` say what was done elsewhere, so a transition needs the scope to register as well. What is
    not ``in_view`` is part of something else and no node of its own. ``phases`` are names for several states together.
    """

    service: str
    model: type[Record]
    lifecycle: Lifecycle
    references: tuple[Reference, ...] = (OWNER,)
    plural: str = ""
    immutable: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    signed_as: str | None = None
    timed: tuple[Timed, ...] = ()
    in_view: bool = True
    appointed: frozenset[str] = frozenset()
    identity: frozenset[str] = frozenset()
    appointed_by_others: bool = False
    registered: frozenset[str] | None = None
    claimed: frozenset[str] = frozenset()
    phases: Mapping[str, frozenset[str]] = field(default_factory=dict)
    actions: ClassVar[tuple[str, ...]] = ACTIONS

    @cached_property
    def name(self) -> str:
        return str(self.model.model_fields["kind"].default)

    @cached_property
    def one(self) -> str:
        """``an objective``, ``a service offering``: for sentences."""
        words = self.name.replace("_", " ")
        return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"

    @cached_property
    def collection(self) -> str:
        return (self.plural or f"{self.name}s").replace("_", "-")

    @cached_property
    def is_link(self) -> bool:
        return self.name == "link"

    def is_live(self, state: str) -> bool:
        return state in self.lifecycle.live

    def is_begun(self, state: str | None) -> bool:
        """Whether it is more than an intention that nobody has taken up."""
        return state is not None and (state != self.lifecycle.initial or self.is_live(state))
