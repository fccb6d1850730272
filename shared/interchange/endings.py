"""How something comes to its end: the states in which it is no longer, and the shortest way there."""

from collections import deque

from shared.contracts import Kind
from shared.contracts.lifecycle import Lifecycle

_ENDS = (
    "retired",
    "ended",
    "withdrawn",
    "cancelled",
    "terminated",
    "closed",
    "left",
    "outdated",
    "inactive",
    "rejected",
    "superseded",
)
"""States in which something is no longer, without having come to what it was meant for; preferred in this order."""


def is_over(kind: Kind, state: str) -> bool:
    return state in _ENDS or kind.lifecycle.is_terminal(state)


def way_out(lifecycle: Lifecycle, state: str) -> list[str]:
    """The fewest moves to an end."""
    ways = deque([[state]])
    while ways:
        way = ways.popleft()
        if way[-1] in _ENDS:
            return way[1:]
        following = [move for move in lifecycle.moves[way[-1]] if move not in way]
        ways += [[*way, move] for move in sorted(following, key=_rank)]
    return []


def _rank(state: str) -> int:
    return _ENDS.index(state) if state in _ENDS else len(_ENDS)
