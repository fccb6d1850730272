"""What the table of relations means to the judge, looked up once per pair of kinds."""

from collections import defaultdict
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


@cache
def _ends() -> dict[tuple[str, bool], dict[str, set[str]]]:
    """By type and direction, and by the kind of the near end, the kinds that the far end may be of."""
    found: dict[tuple[str, bool], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    pairs = [(row.name, s, t) for row in RELATIONS.values() for s in NODE_KINDS for t in NODE_KINDS if row.allows(s, t)]
    for kind in NODE_KINDS.values():
        for reference in kind.references:
            start = reference.start[1] if reference.start else kind.name
            for over in reference.kinds or NODE_KINDS:
                ends = (over, start) if reference.swapped else (start, over)
                pairs.append((reference.relation, *ends))
    for type, source, target in pairs:
        found[type, True][source].add(target)
        found[type, False][target].add(source)
    return found


@cache
def ends_of(kinds: frozenset[str], types: tuple[str, ...], *, forward: bool) -> frozenset[str]:
    """The kinds to which active relations of these types can lead from things of these kinds, by links or by fields."""
    return frozenset(far for type in types for kind in kinds for far in _ends()[type, forward].get(kind, ()))


LASTING = {"increment": frozenset({"submitted", "partly_signed"})}
"""Kinds of which rules ask how long they have been in other states than the live ones."""


def lasts(kind: str, state: str, *, live: bool) -> bool:
    """Whether it is in a state of which rules ask how long it has been; ``live`` is the flag of that state."""
    states = LASTING.get(kind)
    return live if states is None else state in states


PLANNED = {
    kind.name: frozenset(
        state for state in kind.lifecycle.states if kind.lifecycle.moves[state] and state not in kind.lifecycle.live
    )
    for kind in NODE_KINDS.values()
}
"""States that are neither live nor the last."""
LEADING = _leading()
"""What is of another kind, as a consumer group, is no reason for anything: no chain goes on from it."""
