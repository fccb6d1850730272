"""The published form of an entity: response body and event payload alike, so that API and events cannot drift apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, TypedDict
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.owners import KIND_OWNERS, OWN_KINDS
from shared.contracts.reference import OWNER, Reference

_OWN = frozenset(kind for kinds in OWN_KINDS.values() for kind in kinds)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def looks_like_an_id(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _not_a_uuid(value: str) -> str:
    if looks_like_an_id(value):
        raise ValueError("must not look like an id: references tell keys and ids apart by their form")
    return value


def _known_kind(value: str) -> str:
    if value not in KIND_OWNERS:
        raise ValueError("is not a kind of this platform")
    return value


def _recorded_kind(value: str) -> str:
    return value if value == "link" or value in _OWN else _known_kind(value)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


KindName = Annotated[str, AfterValidator(_known_kind)]
RecordKind = Annotated[str, AfterValidator(_recorded_kind)]
"""What has events and no relations, besides: links, and what the view's own service records."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_not_blank)]
Key = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=120),
    AfterValidator(_not_a_uuid),
]
"""What people call an entity in files and on the command line; unique per kind."""
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Grade = Annotated[int, Field(ge=1, le=5)]
Money = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Side = Literal["business", "it"]


class Model(BaseModel):
    """Base of everything that is published: closed, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Ref(Model):
    """A typed id. Its text form ``kind/id`` is also the subject of the target's events."""

    kind: KindName
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class OwnerRef(Model):
    kind: Literal["party", "role"]
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class ExternalRef(Model):
    """The same thing in another system."""

    system: Short
    id: Short
    url: Annotated[str, StringConstraints(max_length=2000)] | None = None


class Review(Model):
    cadence: Literal["monthly", "quarterly", "semi_annual", "annual"] | None = None
    last_at: Instant | None = None
    last_by: Short | None = None
    next_due: Instant | None = None
    comment: Text | None = None


class Provenance(Model):
    """Where a value came from; ``wrote`` is what that source wrote last, member by member."""

    source: Short
    id: Short
    type: Short | None = None
    wrote: dict[str, Any] = {}


class Record(Model):
    """What every versioned thing has, links included."""

    id: UUID
    kind: str
    state: str
    state_reason: Text | None = None
    version: int
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    provenance: Annotated[list[Provenance], Field(max_length=20)] = []
    created_at: Instant
    created_by: str
    updated_at: Instant
    updated_by: str


class State(Record):
    """What every entity of the domain has besides; a kind adds its own fields."""

    key: Key
    name: Name
    description: Text | None = None
    owner: OwnerRef | None = None
    criticality: Grade | None = None
    tags: Annotated[list[Short], Field(max_length=50)] = []
    external_refs: Annotated[list[ExternalRef], Field(max_length=50)] = []
    review: Review | None = None
    custom: Annotated[dict[Short, Any], Field(max_length=100)] = {}


def folded(name: str, key: str) -> str:
    """The text that a search by name or key looks in."""
    return f"{name.casefold()} {key}"


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
