"""What makes an increment fit to be submitted and signed, and what the service writes when it is: pure functions."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from shared.contracts import NODE_KINDS
from shared.contracts.content import content, digest
from shared.contracts.strategy.signing import Frozen, Increment, SignOff
from shared.errors import Fault
from shared.resource import Facts, Rule

OPEN = ("submitted", "partly_signed")
_HELD = (*OPEN, "declined", "signed", "superseded")


def items_can_be_signed(new: Increment, _: Facts) -> Iterator[Fault]:
    """Items are things of strategy that a signature can move, each once."""
    seen = set()
    for index, item in enumerate(new.items):
        kind = NODE_KINDS.get(item.kind)
        if kind is None or kind.signed_as is None:
            detail = f"A {item.kind} is not signed: an increment holds things of strategy."
            yield Fault(pointer=f"/items/{index}/kind", code="not-signable", detail=detail)
        if item in seen:
            yield Fault(pointer=f"/items/{index}", code="double", detail="The increment holds it already.")
        seen.add(item)


def package_is_frozen(new: Increment, facts: Facts) -> Iterator[Fault]:
    """From submission on, everybody signs the same."""
    if facts.old is None or facts.old.state not in _HELD or new.state == "draft":
        return
    for member in ("items", "signers"):
        if getattr(new, member) != getattr(facts.old, member):
            detail = f"It is {facts.old.state}: its {member} are frozen. Decline it and take it back to draft first."
            yield Fault(pointer=f"/{member}", code="frozen", detail=detail)


def fits_into_a_sitting(most: int) -> Rule:
    """Who is asked to sign too much at once signs without reading."""

    def rule(new: Increment, _: Facts) -> Iterator[Fault]:
        if not new.items:
            yield Fault(pointer="/items", code="items-missing", detail="It holds nothing to sign.")
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


def _moves(state: Any) -> bool:
    kind = NODE_KINDS[state.kind]
    return kind.signed_as in kind.lifecycle.moves[state.state]


def signers_may_sign(new: Increment, facts: Facts) -> Iterator[Fault]:
    """Signers are active stakeholders who sign under a subject of their own, and none of them is the author."""
    if not new.signers:
        yield Fault(pointer="/signers", code="signers-missing", detail="It names nobody who signs.")
    for index, id in enumerate(new.signers):
        if fault := why_not(facts.get("stakeholder", id), new, f"/signers/{index}"):
            yield fault


def why_not(who: Any, increment: Increment, pointer: str) -> Fault | None:
    """What keeps a stakeholder from signing an increment, if anything does."""
    if who is None:
        return Fault(pointer=pointer, code="unknown-reference", detail="There is no stakeholder with this id.")
    if who.state != "active" or not who.signs or not who.subject:
        detail = f"{who.name} does not sign: a signer is active, marked as signing, and has a subject."
        return Fault(pointer=pointer, code="signs-not", detail=detail)
    if who.subject == increment.created_by:
        return Fault(pointer=pointer, code="author-signs", detail=f"{who.name} is its author, and cannot sign it.")
    return None


def somebody_approved(new: Increment, _: Facts) -> Iterator[Fault]:
    if not any(each.decision == "approved" for each in new.sign_offs):
        yield Fault(pointer="/sign_offs", code="sign-off-missing", detail="Nobody has approved it yet.")


def everybody_approved(new: Increment, _: Facts) -> Iterator[Fault]:
    waiting = sum(each.decision in ("requested", "rejected") for each in new.sign_offs)
    if waiting or not new.sign_offs:
        detail = f"{waiting} of its signers have not approved: it is signed by their sign-offs, and by nothing else."
        yield Fault(pointer="/sign_offs", code="sign-off-missing", detail=detail)


def package_holds(new: Increment, facts: Facts) -> Iterator[Fault]:
    """What is signed is what was submitted."""
    for index, frozen in enumerate(new.package):
        state = facts.get(frozen.kind, frozen.id)
        if state is None or hash_of(state) != frozen.hash:
            detail = f"This {frozen.kind} has changed since it was submitted: decline the increment, and submit anew."
            yield Fault(pointer=f"/items/{index}", code="item-changed", detail=detail)


def has_a_reason(new: Increment, _: Facts) -> Iterator[Fault]:
    if not new.state_reason:
        yield Fault(pointer="/reason", code="reason-missing", detail="Say why it goes back.")


def hash_of(state: Any) -> str:
    return digest(content(state.model_dump(mode="json")))


def freeze(new: Increment, facts: Facts) -> Mapping[str, Any]:
    """The package as it is submitted, and everybody who is asked; what is frozen already stays as it is."""
    if _asked(facts):
        return {}
    return {"package": _package(new, facts), "sign_offs": [SignOff(stakeholder_id=id) for id in new.signers]}


def _asked(facts: Facts) -> bool:
    """Whether it has been frozen and its signers asked already."""
    return facts.old is not None and facts.old.state in OPEN


def _package(new: Increment, facts: Facts) -> list[Frozen]:
    states = [state for item in new.items if (state := facts.get(item.kind, item.id))]
    return [Frozen(kind=s.kind, id=s.id, version=s.version, hash=hash_of(s)) for s in states]


def keep(new: Increment, facts: Facts) -> Mapping[str, Any]:
    """Signed by sign-offs it stays as it is; one that is registered as signed shows who registered that, and when."""
    if not facts.registered:
        return {}
    frozen = freeze(new, facts)
    asked = frozen.get("sign_offs", new.sign_offs)
    return {**frozen, "sign_offs": [_found(each, new) if each.decision == "requested" else each for each in asked]}


def _found(asked: SignOff, new: Increment) -> SignOff:
    comment = f"Registered as found. {new.state_reason or ''}".strip()
    told = {"decision": "approved", "comment": comment, "by": new.updated_by, "at": new.updated_at}
    return asked.model_copy(update=told)


def thaw(_: Increment, __: Facts) -> Mapping[str, Any]:
    """Back in draft nothing is frozen and nobody is asked; the versions before tell what was."""
    return {"package": [], "sign_offs": []}


def items_move(new: Increment, facts: Facts) -> Iterator[tuple[str, UUID, str]]:
    """What a signature makes of each item; one that is live already stays as it is, and one that is registered too."""
    for item in () if facts.registered else new.items:
        state = facts.get(item.kind, item.id)
        if state and _moves(state):
            yield item.kind, item.id, str(NODE_KINDS[item.kind].signed_as)
