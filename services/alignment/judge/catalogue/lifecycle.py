"""What becomes of things whose neighbours come and go."""

from collections.abc import Iterator

from services.alignment.judge.catalogue.words import over, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.footprint import Reading
from services.alignment.judge.graph import Node
from services.alignment.judge.meaning import PLANNED
from shared.clock import FOREVER
from shared.contracts import NODE_KINDS

_ENDED = {
    kind.name: frozenset(s for s in kind.lifecycle.states if not kind.lifecycle.moves[s])
    for kind in NODE_KINDS.values()
}
_REJECTED = frozenset({"rejected", "withdrawn"})
_NEEDS = ("depends_on", "requires")
UPWARD = ("decomposes", "part_of", "supports", "realizes", "justified_by")
"""By which a thing of strategy belongs to what is above it."""
LASTING = Reading(lambda node: (node.live, node.valid_to))


def _is_there(node: Node) -> bool:
    return node.seen and not node.deleted


def is_ended(node: Node) -> bool:
    return _is_there(node) and node.state in _ENDED[node.kind]


def on_retired(node: Node) -> Iterator[Evidence]:
    for each in dict.fromkeys(node.over(_NEEDS, forward=True)):
        if is_ended(each):
            yield {"part": each.ref, "needs": each.ref, "state": each.state}


def outlives(node: Node) -> Iterator[Evidence]:
    for each in over(node, *_NEEDS):
        if each.valid_to is not None and each.valid_to < (node.valid_to or FOREVER):
            yield {"part": each.ref, "needs": each.ref}


def below_planned(node: Node) -> Iterator[Evidence]:
    for each in dict.fromkeys(node.over(UPWARD, forward=True)):
        if _is_there(each) and each.state in PLANNED[each.kind] and each.state not in _REJECTED:
            yield {"part": each.ref, "above": each.ref, "state": each.state}


def below_rejected(node: Node) -> Iterator[Evidence]:
    for each in dict.fromkeys(node.over(UPWARD, forward=True)):
        if _is_there(each) and each.state in _REJECTED:
            yield {"part": each.ref, "above": each.ref, "state": each.state}


def hollow(node: Node) -> Iterator[Evidence]:
    below = [each for each in node.over(UPWARD, forward=False) if _is_there(each)]
    if below and all(map(is_ended, below)):
        yield {"ended": refs(set(below))}


_DELIVERED = {
    "service": frozenset({"operational"}),
    "outcome": frozenset({"realised"}),
    "product": frozenset({"in_use"}),
}


def undelivered(project: Node) -> Iterator[Evidence]:
    for each in dict.fromkeys(project.over(["delivers"], forward=True)):
        if _is_there(each) and each.state not in _DELIVERED.get(each.kind, ()):
            yield {"part": each.ref, "promised": each.ref, "state": each.state}


def two_parents(node: Node) -> Iterator[Evidence]:
    parents = [each for each in over(node, "part_of", "decomposes") if each.kind == node.kind and each is not node]
    if len(parents) > 1:
        yield {"parents": refs(parents)}
