"""Lifecycles as data: one line of text per kind, read once at import.

``draft -> active* -> retired!; active <-> paused`` allows draft to active, active to retired, and active to paused and
back; ``*`` marks a live state, ``!`` a terminal one. The first state named is the initial one.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

_ARROW = re.compile(r"\s*(<?->)\s*")


@dataclass(frozen=True, eq=False)
class Lifecycle:
    """States in the order of their first mention, the moves allowed from each, and which are live."""

    moves: Mapping[str, tuple[str, ...]]
    live: frozenset[str]

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.moves)

    @property
    def initial(self) -> str:
        return self.states[0]

    def is_terminal(self, state: str) -> bool:
        return not self.moves[state]

    def way(self, start: str, to: str) -> tuple[str, ...] | None:
        """The fewest moves from one state to another; None where none lead there."""
        ways: deque[tuple[str, ...]] = deque([(start,)])
        seen = {start}
        while ways:
            way = ways.popleft()
            if way[-1] == to:
                return way[1:]
            following = [move for move in self.moves[way[-1]] if move not in seen]
            seen.update(following)
            ways.extend((*way, move) for move in following)
        return None

    @classmethod
    def parse(cls, text: str) -> "Lifecycle":
        moves: dict[str, list[str]] = {}
        live: set[str] = set()
        terminal: set[str] = set()
        for chain in text.split(";"):
            first, *rest = _ARROW.split(chain.strip())
            groups = [_group(first, moves, live, terminal)]
            groups += [_group(names, moves, live, terminal) for names in rest[1::2]]
            for arrow, (left, right) in zip(rest[0::2], pairwise(groups), strict=True):
                _connect(moves, left, right)
                if arrow == "<->":
                    _connect(moves, right, left)
        left_after_end = [state for state in terminal if moves[state]]
        if left_after_end:
            raise ValueError(f"terminal states are left: {left_after_end}")
        return cls({state: tuple(targets) for state, targets in moves.items()}, frozenset(live))


def _group(text: str, moves: dict[str, list[str]], live: set[str], terminal: set[str]) -> list[str]:
    names = []
    for mark in text.split("|"):
        name = mark.strip().rstrip("*!")
        moves.setdefault(name, [])
        if "*" in mark:
            live.add(name)
        if "!" in mark:
            terminal.add(name)
        names.append(name)
    return names


def _connect(moves: dict[str, list[str]], sources: list[str], targets: list[str]) -> None:
    for source in sources:
        moves[source] += [target for target in targets if target not in moves[source]]
