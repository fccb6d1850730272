"""The shapes that remedies are told in: what is done to the subject of a finding, or to another thing near it. Data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class At:
    """Where something is: what the evidence names in one of the members ``named``, or else the subject; and from there
    over each step of ``path``, ``>relation`` from sources to targets and ``<relation`` the other way."""

    named: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    kinds: frozenset[str] | None = None
    types: frozenset[str] | None = None


HERE = At()


@dataclass(frozen=True)
class Relate:
    """A relation between the subject and something live of one of these kinds, which somebody chooses: from the
    subject, or to it. ``types`` narrow what is chosen from; with ``alike`` it is of the type of the subject."""

    relation: str
    kinds: tuple[str, ...]
    forward: bool = True
    types: frozenset[str] | None = None
    alike: bool = False


@dataclass(frozen=True)
class Cut:
    """The end of one of the subject's relations of these types, which somebody chooses: from it, or to it; with
    ``named`` of those to what the evidence names there. Where one is not enough, of as many as are."""

    relations: tuple[str, ...]
    forward: bool = True
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class CutNamed:
    """The end of the relation that the evidence names."""


@dataclass(frozen=True)
class Repoint:
    """A relation from the subject leads to something else of the same kind, which somebody chooses."""

    relations: tuple[str, ...]


@dataclass(frozen=True)
class Say:
    """These members are filled in; without any, those that the evidence names. With ``alone`` only where the evidence
    names nothing else."""

    members: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True)
class SayOn:
    """Members of the link from the subject to what the evidence names are filled in."""

    relation: str
    named: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class SetTo:
    """A member gets one of these values; without any, one of its choices."""

    member: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Refer:
    """A member refers to something live of a kind, which somebody chooses, in the place of what it referred to; to none
    that the members ``but`` refer to."""

    member: str
    kind: str
    types: frozenset[str] | None = None
    but: tuple[str, ...] = ()


@dataclass(frozen=True)
class Add:
    """A list gets one more item, that refers to something live of a kind in ``ref``, which somebody chooses."""

    member: str
    item: Mapping[str, Any]
    kind: str


@dataclass(frozen=True)
class MoveOn:
    """The subject moves to a state, or to its first live one; or with ``over`` to the end of its lifecycle, with
    ``merged`` after the subject of the finding has been told to supersede it."""

    to: str | None = None
    over: bool = False
    merged: bool = False


@dataclass(frozen=True)
class Assign:
    """A party, which somebody chooses, is assigned to a role in a place: where the role is, or else of which type."""

    role: At
    place: At = HERE
    type: str | None = None


@dataclass(frozen=True)
class Create:
    """Something new in a state, whose members refer to other things (by ids); people name it."""

    kind: str
    state: str
    members: Mapping[str, At] = field(default_factory=dict)


Simple = Relate | Cut | CutNamed | Repoint | Say | SayOn | SetTo | Refer | Add | MoveOn
"""What is about one thing and whatever it is joined to."""


@dataclass(frozen=True)
class There:
    """The same for what is there in the place of the subject; for each, where there are several."""

    at: At
    way: Simple


Way = Simple | Assign | Create | There
