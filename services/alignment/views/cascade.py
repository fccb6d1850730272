"""How strategy comes down to work: business strategy, IT strategy, tactics, operations, both sides in parallel."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from services.alignment.judge.in_force import InForce
from services.alignment.models import RECORD
from services.alignment.queries.edges import edges_from
from services.alignment.queries.snapshot import Moment
from services.alignment.queries.standing import standing
from services.alignment.views.found import found_about, told
from shared.live import active
from shared.storage.arrays import any_of, chunks

MOST = 500
_KINDS = ("strategy", "objective", "tactic", "operation")
_RELATIONS = ("supports", "decomposes", "realizes", "parallels")
_MOST_EDGES = 5000
_DEEPEST = 20
_SIDE_OF_TYPE = {"business": "business", "manufacturing": "business", "it": "it", "it_service": "it"}
Tree = dict[str, Any]
_HOLES = "trace"
"""What rules of this dimension find about strategies, objectives, tactics and operations are the holes."""


class _Cascade:
    """What is there, and what lies below what."""

    def __init__(self, nodes: Mapping[str, dict[str, Any]], edges: Sequence[Any]) -> None:
        self.nodes = nodes
        self.below: dict[str, list[str]] = defaultdict(list)
        self.above: dict[str, list[str]] = defaultdict(list)
        self.beside: dict[str, set[str]] = defaultdict(set)
        self.shown: set[str] = set()
        for row in edges:
            if row.source not in nodes or row.target not in nodes:
                continue
            if row.type == "parallels":
                self.beside[row.source].add(row.target)
                self.beside[row.target].add(row.source)
            else:
                self.below[row.target].append(row.source)
                self.above[row.source].append(row.target)

    def tree(self, ref: str, depth: int = 0) -> Tree:
        """A node with its counterparts on the other side, and what decomposes or supports it. It is unfolded where it
        comes first; where it comes again, or too deep, ``hidden`` counts what is below it. So however much lies beside
        and above one node, an answer has each relation once."""
        children = sorted(set(self.below[ref]), key=self._order)
        unfolded = ref not in self.shown and depth < _DEEPEST
        self.shown.add(ref)
        return {
            "node": self.nodes[ref],
            "parallels": [self.nodes[other] for other in sorted(self.beside[ref], key=self._order)] if unfolded else [],
            "below": [self.tree(child, depth + 1) for child in children] if unfolded else [],
            "hidden": 0 if unfolded else len(children),
        }

    def _order(self, ref: str) -> tuple[int, str]:
        node = self.nodes[ref]
        return _KINDS.index(node["kind"]), node["key"] or ""

    def trees(self) -> Iterator[Tree]:
        """Of business strategies, and of whatever else rests on nothing; then of what only a circle leads to."""
        ordered = sorted(self.nodes, key=self._order)
        yield from (self.tree(ref) for ref in ordered if self._is_root(ref))
        yield from (self.tree(ref) for ref in ordered if ref not in self.shown)

    def _is_root(self, ref: str) -> bool:
        return not self.above[ref] or _is_business(self.nodes[ref])

    def holes(self, rules: InForce, found: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
        """What is found about each, in the order of the nodes."""
        for ref in sorted(found, key=self._order):
            yield from ({"node": self.nodes[ref], **told(rules, row)} for row in found[ref])


def _is_business(node: Mapping[str, Any]) -> bool:
    return bool(node["kind"] == "strategy" and node["type"] == "business")


async def cascade(moment: Moment, *, everything: bool = False) -> dict[str, Any]:
    """``items`` are trees of what is live or planned; ``holes`` the open findings of the dimension ``trace`` about it;
    ``hidden`` counts nodes and holes beyond the limits, ``left_out`` by why what is over, unless ``everything`` is
    shown. A node has a ``side``, ``business`` or ``it``, if it says so itself."""
    found, hidden, left_out = await standing(moment, _KINDS, MOST, everything=everything)
    sides = await _sides(moment, sorted(found))
    nodes = {ref: node | {"side": sides.get(ref)} for ref, node in found.items()}
    rows = await edges_from(moment, sorted(nodes), "source", _RELATIONS, _MOST_EDGES, ended=everything)
    there = _Cascade(nodes, [row for row in rows if everything or active(row, moment.at)])
    wrong, more = await found_about(moment, nodes, moment.rules.of_dimension(_HOLES))
    return {
        "items": list(there.trees()),
        "holes": list(there.holes(moment.rules, wrong)),
        "hidden": {"nodes": hidden, "holes": more},
        "left_out": left_out,
    }


async def _sides(moment: Moment, refs: Sequence[str]) -> dict[str, str | None]:
    """A strategy says it by its type, everything else by its member."""
    sides: dict[str, str | None] = {}
    member = RECORD.c.data["side"].as_string()
    for some in chunks(refs):
        query = select(RECORD.c.ref, RECORD.c.type, member).where(moment.recorded(RECORD), any_of(RECORD.c.ref, "refs"))
        rows = await moment.execute(query, refs=some)
        sides |= {ref: side or _SIDE_OF_TYPE.get(type or "") for ref, type, side in rows}
    return sides
