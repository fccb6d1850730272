"""Sign-off: who may sign, and the increments in which strategy is signed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Grade, Kind, Model, Ref, Short, Side, State, Text
from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

Decision = Literal["requested", "approved", "rejected", "delegated", "no_longer_required"]


class Stakeholder(State):
    """Somebody with a say (ArchiMate Stakeholder). ``subject`` is the sign-in by which they sign, if they do."""

    kind: Literal["stakeholder"] = "stakeholder"
    party_id: UUID | None = None
    subject: Short | None = None
    interest: Text | None = None
    influence: Grade | None = None
    side: Side | None = None
    signs: bool | None = None
    authority_scope: Short | None = None


class Frozen(Model):
    """An item as it was when the increment was submitted: its version, and the hash of its content."""

    kind: Short
    id: UUID
    version: int
    hash: Short


class SignOff(Model):
    """What one signer was asked, and what they decided: ``by`` is who it was that sent the decision, and ``at`` when.

    A delegated one asks another stakeholder, who decides in a sign-off of their own.
    """

    stakeholder_id: UUID
    decision: Decision = "requested"
    comment: Text | None = None
    at: Instant | None = None
    by: Short | None = None
    delegated_to: UUID | None = None


class Increment(State):
    """A piece of strategy small enough to be read and signed as one.

    ``package`` and ``sign_offs`` are kept by the service, from submission on.
    """

    kind: Literal["increment"] = "increment"
    items: Annotated[list[Ref], Field(max_length=500)] = []
    signers: Annotated[list[UUID], Field(max_length=50)] = []
    due: Instant | None = None
    package: list[Frozen] = []
    sign_offs: list[SignOff] = []


KINDS = (
    Kind(
        "strategy",
        Stakeholder,
        Lifecycle.parse("active* -> inactive!"),
        (OWNER, Reference("party_id", "represents", ("party",))),
        signed_as="active",
    ),
    Kind(
        "strategy",
        Increment,
        Lifecycle.parse(
            "draft -> submitted -> partly_signed -> signed*; submitted -> signed; "
            "submitted | partly_signed -> declined -> draft; signed -> superseded!"
        ),
        (OWNER, Reference("items[]", "covers"), Reference("signers[]", "signed_by", ("stakeholder",))),
        kept=frozenset({"package", "sign_offs"}),
    ),
)
