"""Traces: what a node leads up to or rests on, hop by hop, within a budget; and why it exists at all."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import CTE, Select, Text, bindparam, cast, select

from services.alignment.models import EDGE
from services.alignment.queries.edges import (
    LOWER,
    MOST_EDGES,
    UPPER,
    edge,
    lower_end,
    upper_end,
)
from services.alignment.queries.edges import above as edges_above
from services.alignment.queries.hops import DOWN, UP, Walk, typed
from services.alignment.queries.nodes import brief, briefs
from services.alignment.queries.snapshot import Moment, recorded
from services.alignment.view.live import active
from services.alignment.view.projection import ref_of
from services.alignment.views.paths import Search, Step
from services.alignment.views.signatures import signatures
from shared.arrays import any_of, chunks
from shared.db import TEXT

MAX_DEPTH = 10
MAX_NODES = 500
_MOST_ABOVE, _MOST_EDGES = 2000, 5000
_MOST_PATHS, _MOST_STEPS = 100, 2000
"""Of an answer to why: a path is hardly read, and two thousand steps take two megabytes."""
_MOST_WORK = 20_000


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
    for hop in range(1, depth + 1):
        found = await walk.hop(frontier, MOST_EDGES - len(edges))
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
    hidden += await walk.counted(frontier)
    return {
        "root": root.ref,
        "direction": direction,
        "depth": depth,
        "nodes": [nodes[ref] | {"depth": hop, "hidden": hidden[ref]} for ref, hop in depths.items()],
        "edges": [edge(moment, row) for row in edges.values()],
        "hidden": hidden.total(),
        "left_out": walk.left_out.told(depths),
    }


async def why(moment: Moment, root: str) -> dict[str, Any]:
    """Every justifying path up to an outcome or a business strategy, best first.

    A path counts as much as its weakest relation (a relation without confidence counts 1), and is live if everything on
    it is. ``signed_by`` has what on it was signed, under which increment and by whom. ``hidden`` counts paths beyond
    those that are shown, as far as they were counted; ``cut`` says that not everything was looked at. A path comes to
    nothing twice.
    """
    rows, cut = await _above(moment, root)
    nodes = await briefs(moment, {root, *map(upper_end, rows)})
    above: defaultdict[str, list[Step]] = defaultdict(list)
    for row in rows:
        lower, upper = lower_end(row), upper_end(row)
        live = active(row, moment.at) and nodes[upper]["live"]
        confidence = 1.0 if row.confidence is None else row.confidence
        above[lower].append(Step(lower, upper, live, confidence, row))
    goals = {ref for ref, node in nodes.items() if _is_goal(node)}
    search = Search(root, above, goals, most=_MOST_PATHS, most_steps=_MOST_STEPS, work=_MOST_WORK)
    await asyncio.sleep(0)  # SQLite never waits by itself, and others want to be served
    ways = search.ways()
    paths: list[dict[str, Any]] = []
    for way in ways.found:
        await asyncio.sleep(0)
        paths.append(_path(moment, way, nodes))
    paths.sort(key=_rank)
    signed = await signatures(moment, (ref_of(step["node"]) for path in paths for step in path["steps"]))
    for path in paths:
        path["signed_by"] = [each for step in path["steps"] for each in _signed(step["node"], signed)]
    return {"subject": nodes[root], "paths": paths, "hidden": ways.more, "cut": cut or ways.cut}


@cache
def _refs_above(*, past: bool) -> CTE:
    """The nodes that justifying relations lead to, nearest first, in one statement however high they reach."""
    start = select(cast(bindparam("root", type_=Text()), TEXT).label("ref")).cte("above", recursive=True)
    up = select(UPPER).join(start, edges_above(lambda end: end == start.c.ref))
    return start.union(up.where(recorded(EDGE, past=past)))


@cache
def _rows_above(*, past: bool) -> Select[Any]:
    order = (LOWER, EDGE.c.type, UPPER, EDGE.c.origin)
    these = edges_above(lambda end: any_of(end, "refs"))
    return select(EDGE).where(recorded(EDGE, past=past), these).order_by(*order)


async def _above(moment: Moment, root: str) -> tuple[list[Any], bool]:
    """The justifying relations above a node, of so many nodes, and whether there are others."""
    found = select(_refs_above(past=moment.past).c.ref).limit(_MOST_ABOVE + 1)
    refs = (await moment.execute(found, root=root)).scalars().all()
    rows: list[Any] = []
    for some in chunks(refs[:_MOST_ABOVE]):
        left = _MOST_EDGES - len(rows)
        rows += (await moment.execute(_rows_above(past=moment.past).limit(left + 1), refs=some)).all()
        if len(rows) > _MOST_EDGES:
            return rows[:_MOST_EDGES], True
    return rows, len(refs) > _MOST_ABOVE


def _is_goal(node: dict[str, Any]) -> bool:
    return bool(node["kind"] == "outcome" or (node["kind"] == "strategy" and node["type"] == "business"))


def _path(moment: Moment, way: list[Step], nodes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    steps = [{"edge": edge(moment, step.relation), "node": nodes[step.target]} for step in way]
    live, weakest = all(step.live for step in way), min(step.confidence for step in way)
    return {"live": live, "weakest": weakest, "length": len(way), "signed_by": [], "steps": steps}


def _signed(node: dict[str, Any], signed: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [{"node": node, **each} for each in signed.get(ref_of(node), ())]


def _rank(path: dict[str, Any]) -> tuple[Any, ...]:
    names = [step["node"]["name"] or "" for step in path["steps"]]
    return not path["live"], -path["weakest"], path["length"], names
