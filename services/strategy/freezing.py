"""What the service writes about an increment: who made it, what is frozen when it is submitted, and what was signed."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts.content import SCHEME, Content, NotCanonical, content, digest, item_digest, linked
from shared.contracts.strategy.signing import STATEMENT, Frozen, FrozenLink, Increment, SignOff
from shared.rules import Facts

OPEN = ("submitted", "partly_signed")
"""The states in which signers are asked."""
_NO_HASH = "not-canonical"
"""Of what could not be frozen as it is; nothing that says so is submitted or attested."""


def _links(state: Any, facts: Facts) -> list[Content]:
    outgoing = facts.outgoing.get(f"{state.kind}/{state.id}", ())
    return linked(link.model_dump(mode="json") for link in outgoing)


def item_hash(state: Any, facts: Facts, scheme: str = SCHEME) -> str | None:
    """None for what has no canonical form."""
    try:
        return item_digest(content(state.model_dump(mode="json")), _links(state, facts), scheme)
    except NotCanonical:
        return None


def note_authors(new: Increment, facts: Facts) -> Mapping[str, Any]:
    """Whoever made it, changed what its statement says, or submitted it: none of them signs it."""
    old, by = facts.old, new.updated_by
    submits = new.state == "submitted" and old is not None and old.state not in OPEN
    wrote = old is None or submits or any(getattr(new, name) != getattr(old, name) for name in STATEMENT)
    return {"authors": [*new.authors, by]} if wrote and by not in new.authors else {}


def freeze(new: Increment, facts: Facts) -> Mapping[str, Any]:
    """The package as it is submitted, and everybody who is asked; what is frozen already stays as it is."""
    if facts.old is not None and facts.old.state in OPEN:
        return {}
    items = package(new, facts)
    signers = [facts.get("stakeholder", id) for id in new.signers]
    asked = [SignOff(stakeholder_id=who.id, name=who.name, subject=who.subject) for who in signers if who]
    return {"package": items, "package_hash": package_hash(new, items, asked), "sign_offs": asked}


def attest(new: Increment, facts: Facts) -> Mapping[str, Any]:
    """What it held when it was attested; nobody here was asked."""
    items = package(new, facts)
    return {"package": items, "package_hash": package_hash(new, items, ()), "sign_offs": []}


def package_hash(new: Increment, items: Sequence[Frozen], asked: Sequence[SignOff]) -> str:
    """Over everything that is signed: what the increment says, its items as they were, and who was asked."""
    return digest(signed_head(new) | {"items": frozen_items(items), "signers": asked_signers(asked)})


def signed_head(increment: Increment) -> dict[str, Any]:
    """What an increment says itself, in JSON terms."""
    said = ("id", "key", "name", "description", "type", "due", "supersedes_id", "created_by")
    return increment.model_dump(mode="json", include=set(said))


def statement(increment: Increment) -> dict[str, Any]:
    """What the service vouches for, in JSON terms: who decided what about which contents, and when it was signed."""
    dumped = increment.model_dump(mode="json")
    head = signed_head(increment) | {name: dumped[name] for name in ("state", "version", "authors")}
    return {
        "service": "strategy",
        "increment": head,
        "items": dumped["package"],
        "signers": asked_signers(increment.sign_offs[: len(increment.signers)]),
        "package_hash": increment.package_hash,
        "sign_offs": dumped["sign_offs"],
        "at": dumped["updated_at"],
    }


def frozen_items(items: Sequence[Frozen]) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json") for item in items]


def asked_signers(asked: Sequence[SignOff]) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json", include={"stakeholder_id", "name", "subject"}) for each in asked]


def package(new: Increment, facts: Facts) -> list[Frozen]:
    """Its items as they are, with the links that justify them."""
    states = [state for item in new.items if (state := facts.get(item.kind, item.id))]
    return [
        Frozen(
            kind=state.kind,
            id=state.id,
            version=state.version,
            hash=item_hash(state, facts) or _NO_HASH,
            links=[FrozenLink.model_validate(link) for link in _links(state, facts)],
        )
        for state in states
    ]


def thaw(_: Increment, __: Facts) -> Mapping[str, Any]:
    """Back in draft nothing is frozen and nobody is asked; the versions before say what was."""
    return {"package": [], "package_hash": None, "sign_offs": []}
