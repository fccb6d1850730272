"""Traces: what a node leads up to or rests on, hop by hop, within a budget; and why it exists at all."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.alignment.edges import MOST_EDGES, edge, edge_counts, edges_from, first_edges
from services.alignment.moment import Moment
from services.alignment.projection import ref_of
from services.alignment.repository import briefs
from services.alignment.signatures import signatures

MAX_DEPTH = 10
MAX_NODES = 500
_MOST_PATHS = 100
_MOST_STEPS = 20_000


async def trace(
    moment: Moment, root: str, direction: str, depth: int, types: Sequence[str] | None, limit: int
) -> dict[str, Any]:
    """Nodes and relations up to ``depth`` hops away. What was cut is counted at the node where it was cut."""
    near, far = ("source", "target") if direction == "up" else ("target", "source")
    depths, hidden, edges = {root: 0}, dict[str, int](), dict[tuple[Any, ...], Any]()
    frontier = [root]
    for hop in range(1, depth + 1):
        counts = await edge_counts(moment, frontier, near, types)
        rows = await first_edges(moment, counts, near, types)
        shown: dict[str, int] = defaultdict(int)
        reached: list[str] = []
        for row in rows:
            end = getattr(row, far)
            if end not in depths:
                if len(depths) >= limit:
                    continue
                depths[end] = hop
                reached.append(end)
            shown[getattr(row, near)] += 1
            edges[row.origin, row.type, row.source, row.target] = row
        hidden |= _cut(counts, shown)
        frontier = sorted(reached)
        if not frontier:
            break
    hidden |= await edge_counts(moment, frontier, near, types)
    nodes = await briefs(moment, depths)
    return {
        "root": root,
        "direction": direction,
        "depth": depth,
        "nodes": [nodes[ref] | {"depth": hop, "hidden": hidden.get(ref, 0)} for ref, hop in depths.items()],
        "edges": [edge(moment, row) for row in edges.values()],
        "hidden": sum(hidden.values()),
    }


def _cut(counts: Mapping[str, int], shown: Mapping[str, int]) -> dict[str, int]:
    return {ref: count - shown.get(ref, 0) for ref, count in counts.items() if count > shown.get(ref, 0)}


async def why(moment: Moment, root: str) -> dict[str, Any]:
    """Every justifying path up to an outcome or a business strategy, best first.

    A path counts as much as its weakest relation (a relation without confidence counts 1), and is live if everything on
    it is. ``signed_by`` has what on it was signed, under which increment and by whom. ``hidden`` counts paths beyond
    the limit; cycles are walked once.
    """
    above, cut = await _load_above(moment, root)
    nodes = await briefs(moment, {root, *(row.target for rows in above.values() for row in rows)})
    found = list(_paths(root, above, nodes))
    paths = sorted((_path(moment, steps, nodes) for steps in found), key=_rank)
    shown = paths[:_MOST_PATHS]
    signed = await signatures(moment, (ref_of(step["node"]) for path in shown for step in path["steps"]))
    for path in shown:
        path["signed_by"] = [each for step in path["steps"] for each in _signed(step["node"], signed)]
    return {
        "subject": nodes[root],
        "paths": shown,
        "hidden": max(0, len(paths) - _MOST_PATHS),
        "cut": cut,
    }


async def _load_above(moment: Moment, root: str) -> tuple[dict[str, list[Any]], bool]:
    above: dict[str, list[Any]] = {}
    frontier, total = [root], 0
    while frontier and total < MOST_EDGES:
        rows = await edges_from(moment, frontier, "source", None, ended=True)
        for ref in frontier:
            above[ref] = []
        for row in rows:
            if row.justifies:
                above[row.source].append(row)
        total += len(rows)
        frontier = sorted({row.target for row in rows if row.justifies} - above.keys())
    return above, bool(frontier)


def _is_goal(node: dict[str, Any]) -> bool:
    return bool(node["kind"] == "outcome" or (node["kind"] == "strategy" and node["type"] == "business"))


def _paths(root: str, above: dict[str, list[Any]], nodes: dict[str, dict[str, Any]]) -> Iterator[list[Any]]:
    """Simple paths, depth first; the walk is bounded, however tangled the graph is."""
    budget = _MOST_STEPS
    stack: list[list[Any]] = [[row] for row in reversed(above.get(root, []))]
    while stack and budget:
        budget -= 1
        steps = stack.pop()
        end = steps[-1].target
        if _is_goal(nodes[end]):
            yield steps
            continue
        passed = {root, *(step.target for step in steps)}
        stack += [[*steps, row] for row in reversed(above.get(end, [])) if row.target not in passed]


def _path(moment: Moment, rows: list[Any], nodes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    steps = [{"edge": edge(moment, row), "node": nodes[row.target]} for row in rows]
    live = all(step["edge"]["live"] and step["node"]["live"] for step in steps)
    weakest = min(1.0 if row.confidence is None else row.confidence for row in rows)
    return {"live": live, "weakest": weakest, "length": len(rows), "signed_by": [], "steps": steps}


def _signed(node: dict[str, Any], signed: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [{"node": node, **each} for each in signed.get(ref_of(node), ())]


def _rank(path: dict[str, Any]) -> tuple[Any, ...]:
    names = [step["node"]["name"] or "" for step in path["steps"]]
    return not path["live"], -path["weakest"], path["length"], names
