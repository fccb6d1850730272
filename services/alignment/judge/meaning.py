"""What the table of relations means to the judge, looked up once per pair of kinds."""

from functools import cache

from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS, End

GOAL_KINDS = frozenset({"outcome", "strategy"})
"""Kinds of what everything is for; of strategies, those of the business."""


@cache
def fits(type: str, source: str, target: str) -> bool:
    """Whether a link of this type may join these two kinds."""
    return RELATIONS[type].allows(source, target)


@cache
def justified(type: str, source: str) -> End | None:
    """The end that the other one justifies."""
    return RELATIONS[type].justified(source)


def _leading() -> frozenset[str]:
    """The kinds from which justifying relations can lead to a goal at all, by links or by fields."""
    steps = {
        (kind, over) if row.up == "source" else (over, kind)
        for row in RELATIONS.values()
        for kind in NODE_KINDS
        for over in NODE_KINDS
        if row.allows(kind, over) and row.justified(kind)
    }
    steps |= {
        (kind.name, over) if reference.swapped is False else (over, kind.name)
        for kind in NODE_KINDS.values()
        for reference in kind.references
        for over in reference.kinds
        if RELATIONS[reference.relation].justified(kind.name) == "source" and reference.start is None
    }
    leading = set(GOAL_KINDS)
    while fresh := {lower for lower, upper in steps if upper in leading} - leading:
        leading |= fresh
    return frozenset(leading)


LEADING = _leading()
"""What is of another kind, as a consumer group, is no reason for anything: no chain goes on from it."""
