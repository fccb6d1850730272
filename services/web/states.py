"""How far a state is on its way, as the ring beside its word shows it. Pure."""

from collections.abc import Collection
from typing import Literal, NamedTuple

from shared.contracts import NODE_KINDS
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.views.nodes import Node

How = Literal["draft", "wait", "live", "ended", "no"]
"""`draft` has just begun, `wait` is on its way to what counts, `live` counts, `ended` has counted, `no` was refused."""

_ELSEWHERE: dict[tuple[str, str], How] = {("increment", "attested"): "live"}
"""States that count although nothing here says why: what was signed before, on paper."""
_NOT_LIVE: dict[str, How] = {"unseen": "draft", "deleted": "ended", "not yet valid": "wait", "expired": "ended"}


class Standing(NamedTuple):
    """What is said of a state, and how its ring is drawn."""

    word: str
    how: How


def how(kind: str, state: str | None) -> How:
    """As the lifecycle of the kind has it; what it does not know is a draft."""
    if state is None or kind not in NODE_KINDS or state not in NODE_KINDS[kind].lifecycle.moves:
        return "draft"
    return _ELSEWHERE.get((kind, state)) or _told(NODE_KINDS[kind].lifecycle, state)


def _told(lifecycle: Lifecycle, state: str) -> How:
    if state in lifecycle.live:
        return "live"
    if not _leads(lifecycle, {state}, lifecycle.live):
        return "ended" if _leads(lifecycle, lifecycle.live, {state}) else "no"
    if state == lifecycle.initial:
        return "draft"
    return "no" if lifecycle.moves[state] == (lifecycle.initial,) else "wait"


def _leads(lifecycle: Lifecycle, starts: Collection[str], ends: Collection[str]) -> bool:
    return any(lifecycle.way(start, end) is not None for start in starts for end in ends)


def standing(node: Node) -> Standing | None:
    """Why a node does not count, where its state alone does not say so; otherwise its state. None without one."""
    if node.why_not_live in _NOT_LIVE:
        return Standing(node.why_not_live, _NOT_LIVE[node.why_not_live])
    return Standing(node.state.replace("_", " "), how(node.kind, node.state)) if node.state else None
