"""What of a neighbourhood is drawn: the nearest and most critical first; the rest of a column is only counted."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.web.drawing.levels import PEOPLE, level_of
from shared.contracts.views.nodes import Edge, Node

MOST, _MOST_OF_A_COLUMN = 40, 9
_FAR = 1_000


@dataclass(frozen=True)
class Chosen:
    """``nodes`` by their ref, nearest first, ``edges`` between two of them, ``rest`` how many of each column are left
    out."""

    nodes: Mapping[str, Node]
    edges: Sequence[Edge]
    rest: Mapping[int, int]


def chosen(centre: str, nodes: Mapping[str, Node], edges: Iterable[Edge]) -> Chosen:
    """``nodes`` are by their ref, and ``centre`` is the ref of the one that all is about. People are left out, unless
    it is one of them. A relation that is there twice is drawn once."""
    with_people = level_of(nodes[centre]) == PEOPLE
    of = {ref: level_of(node) for ref, node in nodes.items() if with_people or level_of(node) != PEOPLE}
    joining = {
        (each.type, each.source, each.target): each
        for each in edges
        if each.source != each.target and each.source in of and each.target in of
    }
    far = _distances(centre, [*joining.values()])
    first = sorted(of, key=lambda ref: (far.get(ref, _FAR), -(nodes[ref].criticality or 0), nodes[ref].name or "", ref))
    in_column: Counter[int] = Counter()
    kept: dict[str, Node] = {}
    for ref in first:
        if len(kept) < MOST and in_column[of[ref]] < _MOST_OF_A_COLUMN:
            kept[ref] = nodes[ref]
            in_column[of[ref]] += 1
    rest = Counter(of[ref] for ref in first if ref not in kept)
    return Chosen(kept, [joining[key] for key in sorted(joining) if {*key[1:]} <= {*kept}], dict(sorted(rest.items())))


def _distances(centre: str, edges: Iterable[Edge]) -> dict[str, int]:
    """In relations, either way."""
    beside: dict[str, list[str]] = defaultdict(list)
    for each in edges:
        beside[each.source].append(each.target)
        beside[each.target].append(each.source)
    far, waiting = {centre: 0}, deque([centre])
    while waiting:
        ref = waiting.popleft()
        new = [each for each in beside[ref] if each not in far]
        far |= dict.fromkeys(new, far[ref] + 1)
        waiting += dict.fromkeys(new)
    return far
