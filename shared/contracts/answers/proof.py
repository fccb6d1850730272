"""Proofs of increments, and the entries of the signature log: what was signed by whom."""

from typing import Any, Literal
from uuid import UUID

from shared.contracts.answers.signature_log import LogHead, Place, Signature
from shared.contracts.base import Model
from shared.contracts.instant import Instant
from shared.contracts.strategy.signing import Frozen, SignOff


class SignedIncrement(Model):
    """What an increment says itself, as it was signed."""

    id: UUID
    """Id of the increment."""
    key: str
    """Its key."""
    name: str
    """Its name."""
    description: str | None
    """Its description."""
    type: str
    """`sign_off`, or `attested` for one that was signed elsewhere."""
    due: Instant | None
    """When it was to be decided."""
    supersedes_id: UUID | None
    """The increment whose place it takes."""
    created_by: str
    """Subject of the token that made it."""
    state: str
    """Its state."""
    version: int
    """Its version."""
    authors: list[str]
    """Subjects of those who made it or changed what it says."""


class Signer(Model):
    """A stakeholder who was asked when the increment was submitted."""

    stakeholder_id: UUID
    """Id of the stakeholder."""
    name: str | None
    """Name of the stakeholder when they were asked."""
    subject: str | None
    """Sign-in by which they decide."""


class Statement(Model):
    """What the service vouches for: who decided what about which contents."""

    service: Literal["strategy"]
    """Service that signed it."""
    increment: SignedIncrement
    """What the increment says itself."""
    items: list[Frozen]
    """Its items as they were when it was submitted."""
    signers: list[Signer]
    """Who was asked when it was submitted."""
    package_hash: str | None
    """Hash over all that was signed; null for what an early release signed."""
    sign_offs: list[SignOff]
    """What each decided."""
    at: Instant
    """When it was signed."""


class ItemContent(Model):
    """The signed content of an item."""

    kind: str
    """Kind of the item."""
    id: UUID
    """Id of the item."""
    content: dict[str, Any]
    """Its members as they were signed, without those that say nothing."""


class Proof(Model):
    """What was signed by whom, to be checked without any service."""

    format: Literal["plumbline-proof/2"]
    """Name of this form of a proof."""
    statement: Statement
    """What was signed."""
    contents: list[ItemContent]
    """The contents whose hashes the statement names, in its order."""
    signature: Signature
    """Signature of the service over the statement."""
    log: Place | None
    """Its place in the signature log; null for what was signed before there was one."""


class LogEntry(Model):
    """One signed package in the signature log."""

    position: int
    """Place in the log, from 0 on."""
    statement: Statement
    """What was signed."""
    signature: Signature
    """Signature of the service over the statement."""
    head: LogHead
    """The head that this entry made."""


class LogEntries(Model):
    """A part of the signature log."""

    items: list[LogEntry]
    """Entries in the order in which they were made."""
    next_after: int
    """The `after` of the next part."""
