"""Sign-off: who may sign, and the increments in which strategy is signed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Grade, Kind, Model, Name, Ref, Short, Side, State, Text
from shared.contracts.instant import Ending, Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

Decision = Literal["requested", "approved", "rejected", "delegated", "no_longer_required"]


class Stakeholder(State):
    """Somebody with a say (ArchiMate Stakeholder). ``subject`` is the sign-in by which they sign, if they do: no two
    live stakeholders have the same one."""

    kind: Literal["stakeholder"] = "stakeholder"
    party_id: UUID | None = None
    """The party that the stakeholder represents."""
    subject: Short | None = None
    """Sign-in by which they sign, if they do."""
    interest: Text | None = None
    """What they care about."""
    influence: Grade | None = None
    """How much they can decide, from 1 (little) to 5 (most)."""
    side: Side | None = None
    """Whether they speak for the business or for IT."""
    signs: bool | None = None
    """Whether they may sign increments."""
    authority_scope: Short | None = None
    """What they may decide about."""


class FrozenLink(Model):
    """A justifying link of an item, as it was when the increment was submitted."""

    type: Short = Field(examples=["supports"])
    """Relation of the link."""
    target: Ref
    """Where it leads."""
    confidence: float | None = None
    """How certain it was, from 0 to 1."""
    valid_from: Instant | None = None
    """When it began to be valid."""
    valid_to: Ending | None = None
    """When it ceases to be valid."""


class Frozen(Model):
    """An item as it was when the increment was submitted: its version, its justifying links, and the hash of its
    content with these. The hash names its scheme; what an earlier release signed has no links in it."""

    kind: Short
    """Kind of the item."""
    id: UUID
    """Id of the item."""
    version: int
    """Version of the item."""
    hash: Short
    """Hash of its content and links: `<scheme>:<hexadecimal>`."""
    links: list[FrozenLink] = []
    """Its justifying links."""


class SignOff(Model):
    """What one signer was asked, and what they decided: ``by`` is who it was that sent the decision, and ``at`` when.

    ``name`` and ``subject`` are those of the stakeholder when they were asked: only that sign-in decides. A delegated
    one asks another stakeholder, who decides in a sign-off of their own.
    """

    stakeholder_id: UUID
    """The stakeholder who was asked."""
    name: Name | None = None
    """Name of the stakeholder when they were asked."""
    subject: Short | None = None
    """Sign-in by which they decide."""
    decision: Decision = "requested"
    """What they decided; `requested` as long as they have not."""
    comment: Text | None = None
    """What they had to say."""
    at: Instant | None = None
    """When they decided."""
    by: Short | None = None
    """Subject of the token that sent the decision."""
    delegated_to: UUID | None = None
    """The stakeholder whom they asked to decide instead."""


class Increment(State):
    """A piece of strategy small enough to be read and signed as one; an ``attested`` one was signed elsewhere, and
    nothing here proves it.

    The service keeps ``authors``, who made it or changed what its statement says, and from submission on ``package``,
    ``package_hash`` (over everything that is signed) and ``sign_offs``.
    """

    kind: Literal["increment"] = "increment"
    type: Literal["sign_off", "attested"] = "sign_off"
    """Whether it is signed here, or was signed elsewhere."""
    items: Annotated[list[Ref], Field(max_length=500)] = []
    """What is to be signed, at most 500 entities."""
    signers: Annotated[list[UUID], Field(max_length=50)] = []
    """Stakeholders who are asked to sign."""
    due: Ending | None = None
    """When it is to be decided."""
    supersedes_id: UUID | None = None
    """The signed increment whose place it takes."""
    authors: list[Short] = []
    """Subjects of those who made it or changed what it says; none of them signs it."""
    package: list[Frozen] = []
    """Its items as they were when it was submitted."""
    package_hash: Short | None = None
    """Hash over everything that is signed."""
    sign_offs: list[SignOff] = []
    """Who was asked, and what they decided."""

    @property
    def approvers(self) -> list[UUID]:
        """The stakeholders who approved it."""
        return [each.stakeholder_id for each in self.sign_offs if each.decision == "approved"]


ASKED = frozenset({"subject", "signs", "authority_scope"})
"""What says of a stakeholder who signs as whom: it stays while a signature is awaited."""
KEPT = frozenset({"authors", "package", "package_hash", "sign_offs"})
STATEMENT = frozenset({"key", "name", "description", "type", "due", "items", "signers", "supersedes_id"})
"""What the statement of an increment says: frozen from submission on."""


KINDS = (
    Kind(
        "strategy",
        Stakeholder,
        Lifecycle.parse("active* -> inactive!"),
        (OWNER, Reference("party_id", "represents", ("party",))),
        signed_as="active",
        appointed=frozenset({*ASKED, "valid_from", "valid_to"}),
        identity=frozenset({"name", "party_id", "state"}),
        appointed_by_others=True,
    ),
    Kind(
        "strategy",
        Increment,
        Lifecycle.parse(
            "draft -> submitted -> partly_signed -> signed*; submitted -> signed; "
            "submitted | partly_signed -> declined -> draft; signed -> superseded!; draft -> attested!"
        ),
        (
            OWNER,
            Reference("items[]", "covers"),
            Reference("signers[]", "signed_by", ("stakeholder",)),
            Reference("supersedes_id", "supersedes", ("increment",)),
        ),
        kept=KEPT,
        registered=frozenset({"draft", "attested"}),
        claimed=frozenset({"attested"}),
    ),
)
