"""Traces: what a node leads up to or rests on, hop by hop, within a budget."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.alignment.queries.around import around
from services.alignment.queries.edges import MOST_EDGES, edge
from services.alignment.queries.hops import DOWN, UP, Walk, typed
from services.alignment.queries.nodes import brief
from services.alignment.queries.snapshot import Moment

MAX_DEPTH = 10
MAX_NODES = 500


async def trace(
    moment: Moment,
    root: Any,
    direction: str,
    depth: int,
    types: Sequence[str] | None,
    limit: int,
    *,
    everything: bool = False,
) -> dict[str, Any]:
    """From the row of a node: nodes and relations up to ``depth`` hops away, up toward what justifies and down toward
    what is justified. What was cut is counted in ``hidden``, at the node where it was cut as well; what is not live is
    counted in ``left_out``, unless ``everything`` is shown."""
    way = UP if direction == "up" else DOWN
    walk = Walk(moment, way if types is None else typed(way), {"types": types or ()}, everything=everything)
    depths, hidden = {root.ref: 0}, Counter[str]()
    nodes, edges = {root.ref: brief(moment, root)}, dict[tuple[Any, ...], Any]()
    frontier = [root.ref]
    hops = await around(walk, root.ref, depth)
    for hop in range(1, depth + 1):
        found = await hops.hop(frontier, MOST_EDGES - len(edges))
        hidden += found.hidden
        reached: list[str] = []
        for step in found.steps:
            if step.far not in depths:
                if len(depths) >= limit:
                    hidden[step.near] += 1
                    continue
                depths[step.far] = hop
                nodes[step.far] = step.node
                reached.append(step.far)
            row = step.row
            edges[row.origin, row.type, row.source, row.target] = row
        frontier = sorted(reached)
        if not frontier:
            break
    hidden += await hops.counted(frontier)
    return {
        "root": root.ref,
        "direction": direction,
        "depth": depth,
        "nodes": [nodes[ref] | {"depth": hop, "hidden": hidden[ref]} for ref, hop in depths.items()],
        "edges": [edge(moment, row) for row in edges.values()],
        "hidden": hidden.total(),
        "left_out": walk.left_out.told(depths),
    }
