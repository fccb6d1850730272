"""What is told of increments and of what they hold: proposals, signatures, drift and comparison."""

from typing import Any
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Model, Ref
from shared.contracts.strategy.signing import FrozenLink, SignOff


class MemberChange(Model):
    """A member that differs from what was signed."""

    member: str
    """Name of the member."""
    signed: Any
    """Its value when it was signed; null if it had none."""
    now: Any
    """Its value now; null if it has none."""


class LinkChange(Model):
    """A justifying link that was signed and says something else now."""

    type: str = Field(examples=["supports"])
    """Relation of the link."""
    target: Ref
    """Where it leads."""
    changes: list[MemberChange]
    """Members of the link that differ."""


class LinkChanges(Model):
    """How the justifying links of an item differ from those that were signed."""

    added: list[FrozenLink]
    """Links that were not signed."""
    ended: list[FrozenLink]
    """Links that were signed and are there no more."""
    changed: list[LinkChange]
    """Links whose confidence or validity is another."""


class Drifted(Model):
    """How an item differs from what was signed."""

    signed_version: int
    """Version that was signed."""
    version: int | None
    """Version that is there now; null if it was deleted."""
    drifted: bool
    """Whether it is another one than what was signed."""
    changes: list[MemberChange]
    """Members that differ."""
    links: LinkChanges
    """Justifying links that differ."""


class DriftItem(Drifted):
    """An item of an increment, and how it differs from what was frozen."""

    kind: str
    """Kind of the item."""
    id: UUID
    """Id of the item."""
    name: str | None
    """Its name when it was frozen."""
    deleted: bool
    """Whether it was deleted since."""


class Drift(Model):
    """What has changed since an increment was frozen."""

    items: list[DriftItem]
    """Its items in the order of the package, at most 50."""
    hidden: int
    """Number of items that are not among them."""
    next_after: int | None = None
    """The ``after`` with which to go on; null at the end."""


class ComparedItem(Model):
    """An item of an increment beside what was signed of it last."""

    kind: str
    """Kind of the item."""
    id: UUID
    """Id of the item."""
    name: str | None
    """Its name."""
    version: int
    """Version that the increment holds."""
    hash: str
    """Hash of its content and justifying links, with the scheme."""
    signed_version: int | None
    """Version that was signed last; null if none was."""
    changes: list[MemberChange]
    """Members that differ from what was signed last."""
    links: LinkChanges
    """Justifying links that differ from those that were signed last."""


class Comparison(Model):
    """What the signers of an increment are asked to agree to."""

    package_hash: str | None
    """Hash of the package; null before it is submitted. A decision may name it."""
    items: list[ComparedItem]
    """Its items in the order of the package, at most 50."""
    hidden: int
    """Number of items that are not among them."""
    next_after: int | None = None
    """The ``after`` with which to go on; null at the end."""


class IncrementName(Model):
    """An increment by its names."""

    id: UUID
    """Id of the increment."""
    key: str
    """Its key."""
    name: str
    """Its name."""
    state: str
    """State of the increment."""


class SignedUnder(Drifted):
    """An increment under which an entity was signed, by whom, and what has changed since."""

    increment: IncrementName
    """The increment."""
    sign_offs: list[SignOff]
    """Those who approved it."""


class Signatures(Model):
    """Under what an entity was signed."""

    drifted: bool
    """Whether it differs from what was signed last."""
    items: list[SignedUnder]
    """The increments under which it was signed, newest first, at most 100 and no more than a page has room for."""
    hidden: int
    """How many of those are left out for want of room."""


class SignOffs(Model):
    """Who was asked about an increment, and what they decided."""

    items: list[SignOff]
    """One for each who was asked, in the order in which they were."""


class Proposed(Model):
    """An entity that is proposed and waits for a signature."""

    kind: str
    """Its kind."""
    id: UUID
    """Its id."""
    key: str
    """Its key."""
    name: str
    """Its name."""
    version: int
    """Its version."""


class Blocked(Proposed):
    """One that cannot be signed yet."""

    by: list[str]
    """What keeps it back, as `kind/id`: neither live nor proposed; at most 10."""


class Proposal(Model):
    """The next slice of strategy that could be signed."""

    items: list[Proposed]
    """Items of the next increment, parents before children."""
    waiting: int
    """How many others are proposed and could follow."""
    blocked: list[Blocked]
    """What cannot be signed yet, at most 100."""
    hidden: int
    """How many of those are not named."""
    cut: bool
    """Whether not everything that is proposed was looked at."""
