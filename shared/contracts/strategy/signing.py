"""Sign-off: who may sign, and the increments in which strategy is signed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Grade, Kind, Model, Name, Ref, Short, Side, State, Text
from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

Decision = Literal["requested", "approved", "rejected", "delegated", "no_longer_required"]


class Stakeholder(State):
    """Somebody with a say (ArchiMate Stakeholder). ``subject`` is the sign-in by which they sign, if they do: no two
    live stakeholders have the same one."""

    kind: Literal["stakeholder"] = "stakeholder"
    party_id: UUID | None = None
    subject: Short | None = None
    interest: Text | None = None
    influence: Grade | None = None
    side: Side | None = None
    signs: bool | None = None
    authority_scope: Short | None = None


class FrozenLink(Model):
    """A justifying link of an item, as it was when the increment was submitted."""

    type: Short
    target: Ref
    confidence: float | None = None
    valid_from: Instant | None = None
    valid_to: Instant | None = None


class Frozen(Model):
    """An item as it was when the increment was submitted: its version, its justifying links, and the hash of its
    content with these. The hash names its scheme; what an earlier release signed has no links in it."""

    kind: Short
    id: UUID
    version: int
    hash: Short
    links: list[FrozenLink] = []


class SignOff(Model):
    """What one signer was asked, and what they decided: ``by`` is who it was that sent the decision, and ``at`` when.

    ``name`` and ``subject`` are those of the stakeholder when they were asked: only that sign-in decides. A delegated
    one asks another stakeholder, who decides in a sign-off of their own.
    """

    stakeholder_id: UUID
    name: Name | None = None
    subject: Short | None = None
    decision: Decision = "requested"
    comment: Text | None = None
    at: Instant | None = None
    by: Short | None = None
    delegated_to: UUID | None = None


class Increment(State):
    """A piece of strategy small enough to be read and signed as one; an ``attested`` one was signed elsewhere, and
    nothing here proves it.

    The service keeps ``authors``, who made it or changed what its statement says, and from submission on ``package``,
    ``package_hash`` (over everything that is signed) and ``sign_offs``.
    """

    kind: Literal["increment"] = "increment"
    type: Literal["sign_off", "attested"] = "sign_off"
    items: Annotated[list[Ref], Field(max_length=500)] = []
    signers: Annotated[list[UUID], Field(max_length=50)] = []
    due: Instant | None = None
    supersedes_id: UUID | None = None
    authors: list[Short] = []
    package: list[Frozen] = []
    package_hash: Short | None = None
    sign_offs: list[SignOff] = []

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
        identity=frozenset({"name", "party_id"}),
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
