"""Circles of justification: who stands for one that has no way out. Pure."""

from collections import defaultdict

from services.alignment.judge.graph import Node
from services.alignment.judge.plan import ByKind


def circle(node: Node, judged: ByKind) -> dict[Node, Node | None]:
    """Of what is in a circle that has no way out, who stands for it: the least of a kind of which a rule asks whether
    something is above it. None if the node is in no such circle."""
    above: dict[Node, list[Node]] = {}
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at not in above:
            above[at] = [edge.upper for edge in at.above if edge.active and edge.upper.live]
            waiting += above[at]
    below: dict[Node, list[Node]] = defaultdict(list)
    for lower, uppers in above.items():
        for upper in uppers:
            below[upper].append(lower)
    back, waiting = {node}, [node]
    while waiting:
        fresh = set(below[waiting.pop()]) - back
        back |= fresh
        waiting += fresh
    if len(back) < len(above):
        return {node: None}
    asked = (
        [each for each in above if each.kind in _ASKED] or [each for each in above if each.kind in judged] or [*above]
    )
    least = min(asked, key=lambda each: each.ref)
    return dict.fromkeys(above, least)


_ASKED = frozenset({"plan", "project", "policy", "process", "procedure", "work_instruction", "service"})
