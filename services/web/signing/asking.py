"""What an increment asks of whom, and how far it is: pure functions of what it says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.web.told import Names, Turn, turn
from shared.contracts import NODE_KINDS
from shared.contracts.answers.sign_off import ComparedItem, DriftItem
from shared.contracts.strategy.signing import Increment, SignOff
from shared.contracts.views.nodes import Node

OPEN = ("submitted", "partly_signed")
"""States in which signers decide."""
TO_BE_SIGNED = ("draft", *OPEN)
DECISIONS = ("approved", "rejected", "delegated")


@dataclass(frozen=True)
class Way:
    """``words`` are the stations of an increment, and ``at`` the number of the one where it is; beyond the last, all is
    done."""

    words: Sequence[str]
    at: int


@dataclass(frozen=True)
class Item:
    """``how`` is ``new`` where it was never signed, ``changed`` or ``same`` beside what was signed last. ``since`` is
    what has changed after it was frozen; ``turns`` and ``later`` say the members of both in words."""

    told: ComparedItem
    node: Node | None
    how: str
    since: DriftItem | None
    turns: Sequence[Turn]
    later: Sequence[Turn]


def turns(item: ComparedItem | DriftItem, names: Names) -> list[Turn]:
    """Name and key stand in the heading already."""
    kind, shown = NODE_KINDS[item.kind], (each for each in item.changes if each.member not in ("name", "key"))
    return [turn(kind, each.member, each.signed, each.now, names) for each in shown]


def way(increment: Increment) -> Way:
    """From a draft to a signature, or to where it was sent back."""
    approved = sum(each.decision == "approved" for each in increment.sign_offs)
    deciding = sum(each.decision in ("approved", "requested") for each in increment.sign_offs)
    if increment.state == "attested":
        return Way(("Draft", "Signed elsewhere"), 2)
    if increment.state == "declined":
        return Way(("Draft", "Submitted", "Sent back"), 2)
    counted = f"{approved} of {deciding or len(increment.signers)} signed"
    words = ("Draft", "Submitted", counted, "Signed")
    return Way(words, {"draft": 0, "submitted": 2, "partly_signed": 2}.get(increment.state, len(words)))


def asked_of(increment: Increment, subject: str) -> list[SignOff]:
    """What waits for this sign-in: one for each stakeholder whom they sign for."""
    if increment.state not in OPEN:
        return []
    return [each for each in increment.sign_offs if each.decision == "requested" and each.subject == subject]


def why_not(increment: Increment, subject: str) -> str:
    """Why this sign-in is asked for nothing; empty where it is asked."""
    if asked_of(increment, subject) or increment.state not in OPEN:
        return ""
    mine = [each for each in increment.sign_offs if subject in (each.subject, each.by)]
    if mine:
        return f"You have decided: {mine[-1].decision.replace('_', ' ')}. Each signer decides once."
    if subject in (*increment.authors, increment.created_by):
        return "You made or changed it, and nobody signs their own work."
    return "You are not among its signers."


def items(compared: Sequence[ComparedItem], names: Names, drifted: Sequence[DriftItem] = ()) -> list[Item]:
    """What differs first, then what is new, then what is as it was signed; otherwise in the order of the package.
    ``names`` are by ``kind/id``."""
    later = {f"{each.kind}/{each.id}": each for each in drifted if each.drifted}
    found = []
    for each in compared:
        ref = f"{each.kind}/{each.id}"
        since = later.get(ref)
        said = turns(each, names), turns(since, names) if since else []
        found.append(Item(each, names.get(ref), how(each), since, *said))
    return sorted(found, key=lambda item: _ORDER.index(item.how))


_ORDER = ("changed", "new", "same")


def how(item: ComparedItem) -> str:
    if item.signed_version is None:
        return "new"
    links = item.links
    return "changed" if item.changes or links.added or links.ended or links.changed else "same"


@dataclass(frozen=True)
class Group:
    title: str
    increments: Sequence[Increment]


_STATES = (
    ("Out for signature", OPEN),
    ("Being prepared", ("draft",)),
    ("Sent back", ("declined",)),
    ("Signed", ("signed", "attested")),
    ("Superseded", ("superseded",)),
)
_BEING_MADE = ("draft", "declined", *OPEN)


def groups(increments: Sequence[Increment], subject: str, waiting: Collection[str]) -> list[Group]:
    """Each once: what waits for this sign-in, what they made and is not decided yet, and all others by state."""
    mine = [each for each in increments if str(each.id) in waiting]
    made = [
        each for each in increments
        if each not in mine and each.state in _BEING_MADE and subject in (each.created_by, *each.authors)
    ]  # fmt: skip
    left = [each for each in increments if each not in mine and each not in made]
    by_state = [Group(title, [each for each in left if each.state in states]) for title, states in _STATES]
    found = [Group("Waiting for your decision", mine), Group("Made by you", made), *by_state]
    return [each for each in found if each.increments]


def steps_of_signing(increment: Increment, names: Names) -> list[dict[str, str]]:
    """What a signature would move, as the steps of a scenario."""
    steps = []
    for ref in map(str, increment.items):
        kind, state = NODE_KINDS[ref.partition("/")[0]], names[ref].state if ref in names else None
        if state and kind.signed_as in kind.lifecycle.moves.get(state, ()):
            steps.append({"action": "move", "ref": ref, "to": str(kind.signed_as)})
    return [*steps, {"action": "move", "ref": f"increment/{increment.id}", "to": "signed"}]


def could_decide(people: Sequence[Mapping[str, Any]], increment: Increment) -> list[Mapping[str, Any]]:
    """Stakeholders who could be asked instead: they sign, did not make it, and are not asked already."""
    out = {*increment.authors, increment.created_by}
    for each in increment.sign_offs:
        out |= {each.subject or "", each.by or "", str(each.stakeholder_id)}
    return [p for p in people if p["signs"] and p["subject"] and not out & {p["subject"], p["id"]}]
