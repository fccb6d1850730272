"""The cascade as people read it: under each business strategy, what business and IT do for it, side by side."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.contracts.views.cascade import Branch, Cascade, CascadeNode, Hole

Side = Literal["business", "it"]
SIDES: tuple[Side, ...] = ("business", "it")


@dataclass(frozen=True)
class Place:
    """Something where it stands: on the ``side`` of what it is for, unless it names its own; ``apart`` if the two
    differ. Where it comes ``first`` is where links from its other places lead."""

    node: CascadeNode
    side: Side | None
    apart: bool
    first: bool
    hidden: int
    parallels: Sequence[CascadeNode]
    holes: Sequence[Hole]
    below: Sequence["Place"]


@dataclass(frozen=True)
class Part:
    """A business strategy and what is for it, or without a ``top`` what is for none. What says no side, and is for
    nothing that says one, stands beneath both."""

    top: Place | None
    sides: Mapping[Side, Sequence[Place]]
    neither: Sequence[Place]


def parts(answer: Cascade) -> list[Part]:
    placing = _Placing(answer.holes)
    trees = [placing.place(tree, None) for tree in answer.items]
    strategies = [_part(tree, tree.below) for tree in trees if _is_business(tree.node)]
    rest = [tree for tree in trees if not _is_business(tree.node)]
    return [*strategies, *([_part(None, rest)] if rest else [])]


def _is_business(node: CascadeNode) -> bool:
    return node.kind == "strategy" and node.type == "business"


def _part(top: Place | None, trees: Sequence[Place]) -> Part:
    of = {side: [tree for tree in trees if tree.side == side] for side in SIDES}
    return Part(top, of, [tree for tree in trees if tree.side is None])


class _Placing:
    """What the answer says elsewhere of a node, put where the node stands."""

    def __init__(self, holes: Sequence[Hole]) -> None:
        self.holes: dict[str, list[Hole]] = defaultdict(list)
        self.seen: set[str] = set()
        for each in holes:
            self.holes[each.node.ref].append(each)

    def place(self, item: Branch, above: Side | None) -> Place:
        ref = item.node.ref
        side, first = item.node.side or above, ref not in self.seen
        self.seen.add(ref)
        below = [self.place(each, side) for each in item.below]
        return Place(
            item.node, side, above is not None and side != above, first, item.hidden, item.parallels,
            self.holes.get(ref, []), below,
        )  # fmt: skip
