"""What becomes of things whose neighbours come and go."""

from collections.abc import Iterator

from services.alignment.judge.catalogue.words import over, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.each import EachOf
from services.alignment.judge.footprint import Reading, out
from services.alignment.judge.graph import Node
from services.alignment.judge.meaning import PLANNED
from shared.clock import FOREVER
from shared.contracts import NODE_KINDS

_ENDED = {
    kind.name: frozenset(s for s in kind.lifecycle.states if not kind.lifecycle.moves[s])
    for kind in NODE_KINDS.values()
}
_REJECTED = frozenset({"rejected", "withdrawn"})
NEEDS = ("depends_on", "requires")
UPWARD = ("decomposes", "part_of", "supports", "realizes", "justified_by")
"""By which a thing of strategy belongs to what is above it."""


def _is_there(node: Node) -> bool:
    return node.seen and not node.deleted


def is_ended(node: Node) -> bool:
    return _is_there(node) and node.state in _ENDED[node.kind]


def _is_planned(node: Node) -> bool:
    return _is_there(node) and node.state in PLANNED[node.kind] and node.state not in _REJECTED


def _is_rejected(node: Node) -> bool:
    return _is_there(node) and node.state in _REJECTED


def _needs_retired(_: Node, needed: Node) -> Evidence:
    return {"needs": needed.ref, "state": needed.state}


def _outlives(node: Node, needed: Node) -> Evidence | None:
    assert needed.valid_to is not None
    return {"needs": needed.ref} if needed.valid_to < (node.valid_to or FOREVER) else None


def _is_below(_: Node, above: Node) -> Evidence:
    return {"above": above.ref, "state": above.state}


NEEDS_RETIRED = EachOf(out(*NEEDS), Reading(lambda node: is_ended(node) and node.state), _needs_retired)
OUTLIVES = EachOf(out(*NEEDS), Reading(lambda node: node.live and node.valid_to), _outlives)
BELOW_PLANNED = EachOf(out(*UPWARD), Reading(lambda node: _is_planned(node) and node.state), _is_below)
BELOW_REJECTED = EachOf(out(*UPWARD), Reading(lambda node: _is_rejected(node) and node.state), _is_below)


def hollow(node: Node) -> Iterator[Evidence]:
    if not any(_is_there(each) and not is_ended(each) for each in node.over(UPWARD, forward=False)):
        below = {each for each in node.over(UPWARD, forward=False) if _is_there(each)}
        if below:
            yield {"ended": refs(below)}


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
