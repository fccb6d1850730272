"""The cascade as people read it: under each business strategy, what business and IT do for it, side by side."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from services.alignment.view.projection import ref_of

SIDES = ("business", "it")
Json = dict[str, Any]


def branches(answer: Mapping[str, Any]) -> list[Json]:
    """A branch for each business strategy, and one without a ``top`` for what belongs to none."""
    told = _Told(answer["holes"])
    trees = [told.tree(tree, None) for tree in answer["items"]]
    strategies = [_branch(tree, tree["below"]) for tree in trees if _is_business(tree)]
    rest = [tree for tree in trees if not _is_business(tree)]
    return [*strategies, *([_branch(None, rest)] if rest else [])]


def _is_business(tree: Json) -> bool:
    return bool(tree["node"]["kind"] == "strategy" and tree["node"]["type"] == "business")


def _branch(top: Json | None, trees: Sequence[Json]) -> Json:
    """What says no side, and is for nothing that says one, stands beneath both."""
    of = {side: [tree for tree in trees if tree["side"] == side] for side in (*SIDES, None)}
    return {"top": top, "sides": {side: of[side] for side in SIDES}, "neither": of[None]}


class _Told:
    """What the answer says elsewhere of a node, put where the node stands."""

    def __init__(self, holes: Sequence[Json]) -> None:
        self.holes: dict[str, list[Json]] = defaultdict(list)
        self.seen: set[str] = set()
        for each in holes:
            self.holes[ref_of(each["node"])].append(each)

    def tree(self, item: Json, above: str | None) -> Json:
        """A node stands on the side of what it is for, unless it names its own; ``apart`` if the two differ. Where it
        comes ``first`` is where links from its other places lead."""
        ref = ref_of(item["node"])
        side, first = item["node"]["side"] or above, ref not in self.seen
        self.seen.add(ref)
        told = {"ref": ref, "side": side, "first": first, "apart": above is not None and side != above}
        below = [self.tree(each, side) for each in item["below"]]
        return {**item, **told, "holes": self.holes.get(ref, []), "below": below}
