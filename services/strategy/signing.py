"""What makes an increment fit to be submitted and signed, and what moves when it is: pure functions."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from services.strategy.freezing import OPEN, item_hash
from shared.contracts import NODE_KINDS
from shared.contracts.content import scheme_of
from shared.contracts.link import Link
from shared.contracts.strategy.signing import ASKED, STATEMENT, Increment, Stakeholder
from shared.errors import Fault
from shared.live import is_over
from shared.rules import Facts, Rule

_HELD = (*OPEN, "declined", "signed", "superseded", "attested")
_THAW = dict.fromkeys(OPEN, "Reject it and take it back to draft first.") | {"declined": "Take it back to draft first."}
_THAWED = "Make another one that supersedes it."
_NAMED = 10


def items_can_be_signed(new: Increment, _: Facts) -> Iterator[Fault]:
    """Items are things of strategy that a signature can move, each once."""
    seen = set()
    for index, item in enumerate(new.items):
        kind = NODE_KINDS.get(item.kind)
        if kind is None or kind.signed_as is None:
            detail = f"A {item.kind} is not signed: an increment holds things of strategy."
            yield Fault(pointer=f"/items/{index}/kind", code="not-signable", detail=detail)
        if item in seen:
            yield Fault(pointer=f"/items/{index}", code="duplicate", detail="The increment holds it already.")
        seen.add(item)


def statement_is_frozen(new: Increment, facts: Facts) -> Iterator[Fault]:
    """From submission on, everybody signs the same, and what was signed goes on saying what it said."""
    if facts.old is None or facts.old.state not in _HELD or new.state == "draft":
        return
    for member in sorted(STATEMENT):
        if getattr(new, member) != getattr(facts.old, member):
            detail = f"It is {facts.old.state}: its {member} is frozen. {_THAW.get(facts.old.state, _THAWED)}"
            yield Fault(pointer=f"/{member}", code="frozen", detail=detail)


def attested_says_so(new: Increment, _: Facts) -> Iterator[Fault]:
    """What was signed elsewhere never passes for what is proven here."""
    if new.state == "attested" and new.type != "attested":
        detail = "Only an increment of type attested is attested: one of type sign_off is signed by its signers."
        yield Fault(pointer="/type", code="increment-type-mismatch", detail=detail)


def members_are_no_links(new: Link, _: Facts) -> Iterator[Fault]:
    """What an increment holds, who signs it and what it supersedes stands in its members, and in them alone."""
    if new.source.kind == "increment" and new.type in ("covers", "signed_by", "supersedes"):
        detail = "An increment says this in items, signers and supersedes_id, which are frozen: no link says it."
        yield Fault(pointer="/type", code="link-not-allowed", detail=detail)


def is_for_sign_off(new: Increment, _: Facts) -> Iterator[Fault]:
    """It is of the type sign_off."""
    if new.type != "sign_off":
        detail = "It is attested, as signed elsewhere: an increment of type sign_off is what signers are asked about."
        yield Fault(pointer="/type", code="increment-type-mismatch", detail=detail)


def supersedes_what_was_signed(new: Increment, facts: Facts) -> Iterator[Fault]:
    """What it supersedes is signed or attested."""
    before = facts.get("increment", new.supersedes_id)
    if before and before.state not in ("signed", "attested"):
        detail = f"The increment {before.key} is {before.state}: only what was signed is superseded."
        yield Fault(pointer="/supersedes_id", code="not-signed", detail=detail)


def who_signed_is_asked_again(new: Increment, facts: Facts) -> Iterator[Fault]:
    """Whoever signed what it supersedes is among its signers, as far as they still may sign."""
    before = facts.get("increment", new.supersedes_id)
    for id in before.approvers if before else ():
        who = facts.get("stakeholder", id)
        if who and who.signs and not is_over(who, new.updated_at) and id not in new.signers:
            detail = f"{who.name} signed what it supersedes, and so is asked again."
            yield Fault(pointer="/signers", code="signer-missing", detail=detail)


def by_a_later_increment(_: Increment, __: Facts) -> Iterator[Fault]:
    """An increment that names it in supersedes_id is signed: that moves it, and nothing else does."""
    detail = "It is superseded when an increment that names it in supersedes_id is signed, and in no other way."
    yield Fault(pointer="/to", code="signature-required", detail=detail)


def fits_into_a_sitting(most: int) -> Rule:
    """Who is asked to sign too much at once signs without reading."""

    def rule(new: Increment, _: Facts) -> Iterator[Fault]:
        """It holds something, and no more than can be signed at once."""
        if not new.items:
            detail = "It holds nothing to sign: add what is to be signed to items."
            yield Fault(pointer="/items", code="items-missing", detail=detail)
        if len(new.items) > most:
            detail = f"It holds {len(new.items)} items, and at most {most} can be signed at once: cut it."
            yield Fault(pointer="/items", code="too-many-items", detail=detail)

    return rule


def items_are_ready(new: Increment, facts: Facts) -> Iterator[Fault]:
    """Each item is one step before what a signature makes of it, or there already (signed again after an edit)."""
    for index, item in enumerate(new.items):
        state = facts.get(item.kind, item.id)
        if state is None:
            detail = f"This {item.kind} has been deleted."
            yield Fault(pointer=f"/items/{index}", code="item-deleted", detail=detail)
        elif not _moves(state) and not NODE_KINDS[item.kind].is_live(state.state):
            detail = f"The {item.kind} {state.key} is {state.state}: propose it first."
            yield Fault(pointer=f"/items/{index}", code="item-not-ready", detail=detail)
        elif is_over(state, new.updated_at):
            detail = f"The validity of the {item.kind} {state.key} has ended: nothing is decided about it any more."
            yield Fault(pointer=f"/items/{index}", code="item-not-ready", detail=detail)


def _moves(state: Any) -> bool:
    kind = NODE_KINDS[state.kind]
    return kind.signed_as in kind.lifecycle.moves[state.state]


def signers_may_sign(new: Increment, facts: Facts) -> Iterator[Fault]:
    """Signers are active stakeholders who sign under a subject of their own, and none of them is an author."""
    if not new.signers:
        detail = "It names nobody who signs: add a stakeholder to signers."
        yield Fault(pointer="/signers", code="signers-missing", detail=detail)
    authors = {*new.authors, new.created_by, new.updated_by}
    subjects: set[str] = set()
    for index, id in enumerate(new.signers):
        who = facts.get("stakeholder", id)
        if fault := why_not(who, authors, f"/signers/{index}", new.updated_at):
            yield fault
        elif who.subject in subjects:
            detail = f"{who.name} signs in as {who.subject}, as another signer does: one person gives one signature."
            yield Fault(pointer=f"/signers/{index}", code="duplicate", detail=detail)
        else:
            subjects.add(who.subject)


def why_not(who: Any, authors: Collection[str], pointer: str, at: datetime) -> Fault | None:
    """What keeps a stakeholder from signing what these authors made, from a moment on, if anything does."""
    if who is None:
        return Fault(pointer=pointer, code="unknown-reference", detail="There is no stakeholder with this id.")
    if who.state != "active" or not who.signs or not who.subject:
        detail = f"{who.name} cannot sign: a signer is active, marked with signs, and has the subject of their sign-in."
        return Fault(pointer=pointer, code="not-a-signer", detail=detail)
    if who.subject in authors:
        detail = f"{who.name} made, changed or submitted it, and nobody signs their own work: name another signer."
        return Fault(pointer=pointer, code="author-cannot-sign", detail=detail)
    if is_over(who, at):
        return Fault(pointer=pointer, code="outside-validity", detail=f"The term of {who.name} is over.")
    return None


def subject_is_settled(new: Stakeholder, facts: Facts) -> Iterator[Fault]:
    """Who is asked to sign stays who it is until the decision is taken."""
    increments = facts.others("increment")
    open_ones = [each for each in increments if any(asked.stakeholder_id == new.id for asked in each.sign_offs)]
    changed = facts.old and {name for name in ASKED if getattr(new, name) != getattr(facts.old, name)}
    for member in sorted(changed or ()) if open_ones else ():
        detail = f"The increment {open_ones[0].key} awaits this signature: {member} is settled until that is decided."
        yield Fault(pointer=f"/{member}", code="frozen", detail=detail)


def somebody_approved(new: Increment, _: Facts) -> Iterator[Fault]:
    """One of its signers has approved it."""
    if not any(each.decision == "approved" for each in new.sign_offs):
        yield Fault(pointer="/sign_offs", code="sign-off-missing", detail="Nobody has approved it yet.")


def everybody_approved(new: Increment, _: Facts) -> Iterator[Fault]:
    """All of its signers have approved it."""
    waiting = sum(each.decision in ("requested", "rejected") for each in new.sign_offs)
    if waiting or not new.sign_offs:
        detail = f"{waiting} of its signers have not approved: it is signed by their sign-offs, and by nothing else."
        yield Fault(pointer="/sign_offs", code="sign-off-missing", detail=detail)


def package_holds(new: Increment, facts: Facts) -> Iterator[Fault]:
    """Its items are as they were when it was submitted."""
    for index, frozen in enumerate(new.package):
        state = facts.get(frozen.kind, frozen.id)
        if state is None or item_hash(state, facts, scheme_of(frozen.hash)) != frozen.hash:
            detail = (
                f"This {frozen.kind} or one of its links has changed since it was submitted: "
                "decline the increment, and submit it again."
            )
            yield Fault(pointer=f"/items/{index}", code="item-changed", detail=detail)


def items_have_a_hash(new: Increment, facts: Facts) -> Iterator[Fault]:
    """What is to be frozen has a canonical form."""
    if new.state not in ("submitted", "attested"):
        return
    for index, item in enumerate(new.items):
        state = facts.get(item.kind, item.id)
        if state and item_hash(state, facts) is None:
            detail = (
                f"The {item.kind} {state.key} holds a number beyond 2^53, which not every reader keeps exactly: "
                "write it as text."
            )
            yield Fault(pointer=f"/items/{index}", code="not-canonical", detail=detail)


def has_a_reason(new: Increment, _: Facts) -> Iterator[Fault]:
    """A reason is given."""
    if not new.state_reason:
        yield Fault(pointer="/reason", code="reason-missing", detail="A reason is missing: say why it goes back.")


def items_move(new: Increment, facts: Facts) -> Iterator[tuple[str, UUID, str, str]]:
    """What a signature makes of each item; one that is live already stays in its state, and says who signed it. What it
    supersedes goes."""
    reason = f"Signed under {new.key} by {_signatories(new)}."
    for item in new.items:
        if state := facts.get(item.kind, item.id):
            to = str(NODE_KINDS[item.kind].signed_as) if _moves(state) else state.state
            yield item.kind, item.id, to, reason
    before = facts.get("increment", new.supersedes_id)
    if before and before.state == "signed":
        yield "increment", before.id, "superseded", f"Superseded by {new.key}, signed by {_signatories(new)}."


def _signatories(increment: Increment) -> str:
    """Who approved, with their sign-ins; of many the first ones."""
    names = [
        f"{each.name or each.stakeholder_id} ({each.by})" for each in increment.sign_offs if each.decision == "approved"
    ]
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
