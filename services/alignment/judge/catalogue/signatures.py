"""What is wrong with increments and what they hold."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.alignment.judge.catalogue.words import back, refs, saying
from services.alignment.judge.checks import Evidence
from services.alignment.judge.clocks import instant
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node
from shared.contracts import NODE_KINDS

_HELD = ("signed", "attested")
SIGNED = Reading(lambda node: node.state in _HELD and not node.deleted and node.valid, frozenset({"increment"}))
DECIDED = Reading(lambda node: node.live and any(True for _ in decided(node)), frozenset({"increment"}), ("sign_offs",))
SIGNER = Reading(
    lambda node: (node.seen, node.live, node.valid_from, node.valid_to, *map(node.get, ("signs", "updated_at"))),
    frozenset({"stakeholder"}), ("signs", "updated_at"),
)  # fmt: skip
WRITTEN = Reading(
    lambda node: (node.seen, node.get("created_by")),
    frozenset(kind.name for kind in NODE_KINDS.values() if kind.signed_as), ("created_by",),
)  # fmt: skip
ELEMENT = Reading(lambda node: node.live and node.type, frozenset({"strategy_element"}))
_SIDE = saying("side", kinds=("stakeholder",))
_SIGN_OFFS = saying("sign_offs", kinds=("increment",))
APPROVED = (Path((into("covers"),), _SIGN_OFFS), Path((into("covers"), out("signed_by")), _SIDE))
_FOUR_PS = ("perspective", "position", "plan", "pattern")
_LEVELS = frozenset({"strategy", "objective", "tactic", "operation"})


def decided(increment: Node) -> Iterator[Mapping[str, Any]]:
    return (each for each in increment.get("sign_offs") or () if each.get("decision") == "approved")


def without_authority(increment: Node) -> Iterator[Evidence]:
    signers = {each.id: each for each in increment.over(["signed_by"], forward=True)}
    for each in decided(increment):
        who, at = signers.get(str(each.get("stakeholder_id"))), instant(each.get("at") or "")
        if who is not None and who.seen and (not who.get("signs") or (at is not None and not _was_there(who, at))):
            yield {"part": who.ref, "stakeholder": who.ref}


def _was_there(who: Node, at: datetime) -> bool:
    """What is over now was so by its last change at the latest."""
    changed = instant(who.get("updated_at") or "")
    over_then = not who.has_live_state and changed is not None and changed < at
    begun = who.valid_from is None or who.valid_from <= at
    return begun and (who.valid_to is None or at < who.valid_to) and not over_then


def it_alone(strategy: Node) -> Iterator[Evidence]:
    """A stakeholder of no side may be of either."""
    sides, held = set[str | None](), []
    for increment in back(strategy, "covers"):
        approving = {str(each.get("stakeholder_id")) for each in decided(increment)}
        signers = [each for each in increment.over(["signed_by"], forward=True) if each.id in approving]
        sides |= {each.get("side") for each in signers}
        held += [increment] if approving else []
    if sides == {"it"}:
        yield {"increments": refs(held)}


def four_ps(strategy: Node) -> Iterator[Evidence]:
    there = {each.type for each in back(strategy, "part_of") if each.kind == "strategy_element"}
    missing = [p for p in _FOUR_PS if p not in there]
    if missing:
        yield {"missing": ", ".join(missing)}


def too_large(increment: Node, limit: Mapping[str, int]) -> Iterator[Evidence]:
    items = increment.get("items") or ()
    levels = sorted({each.get("kind") for each in items} & _LEVELS)
    if len(items) > limit["items"] or len(levels) > limit["levels"]:
        yield {"items": len(items), "levels": levels}


def by_its_author(increment: Node) -> Iterator[Evidence]:
    signers = {each.get("by") for each in decided(increment)}
    authors = {each.get("created_by") for each in increment.over(["covers"], forward=True) if each.seen}
    if len(signers) == 1 and signers == authors and None not in signers:
        yield {"by": signers.pop()}
