"""Why something exists: the paths from it up to an outcome or a business strategy, and those that end short of one."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import CTE, Text, bindparam, cast, exists, select

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.edges import UPPER, edge, lower_end, rows_above, upper_end
from services.alignment.queries.edges import above as edges_above
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment, is_live, recorded
from services.alignment.view.projection import ref_of
from services.alignment.views.paths import Search, Step, Ways, tops
from services.alignment.views.signatures import signatures
from shared.live import why_not_active
from shared.storage.arrays import chunks
from shared.storage.db import TEXT
from shared.storage.rows import every

_MOST_ABOVE, _MOST_EDGES = 2000, 5000
_MOST_PATHS, _MOST_STEPS = 100, 2000
"""Of an answer: a path is hardly read, and two thousand steps take two megabytes."""
_MOST_WORK = 20_000
Json = dict[str, Any]
Above = dict[str, list[Step]]


async def why(moment: Moment, root: str, *, everything: bool = False) -> Json:
    """The justifying paths up to an outcome or a business strategy, which are ``complete``, and those that end short of
    one at something live; best first: by whether everything on it is live, whether it is complete, its weakest relation
    (one without confidence counts 1), its length. ``reaches`` is the end of a path.

    ``signed_by`` has what on it was signed, under which increment and by whom, and of the answer the same of the root
    itself. ``hidden`` counts paths beyond those
    shown, as far as they were counted; ``cut`` says that not everything was looked at; ``left_out`` counts by why what
    is not live, unless ``everything`` is shown. A path comes to nothing twice.
    """
    rows, cut = await _above(moment, root, everything=everything)
    nodes = await briefs(moment, {root, *map(upper_end, rows)})
    left_out = LeftOut()
    steps = [_step(moment, row, nodes) for row in rows]
    for step in steps:
        if not step.live and not everything:
            left_out.add(step.target, why_not_active(step.relation, moment.at) or nodes[step.target]["why_not_live"])
    goals = {ref for ref, node in nodes.items() if _is_goal(node)}
    await asyncio.sleep(0)  # SQLite never waits by itself, and others want to be served
    complete = _found(root, _by_source(step for step in steps if step.live or everything), goals)
    live = _by_source(step for step in steps if step.live)
    await asyncio.sleep(0)
    partial = _found(root, live, tops(root, live, goals))
    ways = [*((way, True) for way in complete.found), *((way, False) for way in partial.found)]
    paths: list[Json] = []
    for way, is_complete in ways[:_MOST_PATHS]:
        await asyncio.sleep(0)
        paths.append(_path(moment, way, nodes, is_complete=is_complete))
    paths.sort(key=_rank)
    signed = await signatures(moment, {root, *(ref_of(step["node"]) for path in paths for step in path["steps"])})
    for path in paths:
        path["signed_by"] = [each for step in path["steps"] for each in _signed(step["node"], signed)]
    return {
        "subject": nodes[root],
        "signed_by": _signed(nodes[root], signed),
        "paths": paths,
        "hidden": complete.more + partial.more + len(ways) - len(paths),
        "cut": cut or complete.cut or partial.cut,
        "left_out": left_out.told({root, *(step.target for step in steps if step.live)}),
    }


def _step(moment: Moment, row: Any, nodes: dict[str, Json]) -> Step:
    lower, upper = lower_end(row), upper_end(row)
    live = why_not_active(row, moment.at) is None and nodes[upper]["live"]
    return Step(lower, upper, live, 1.0 if row.confidence is None else row.confidence, row)


def _by_source(steps: Iterable[Step]) -> Above:
    above: defaultdict[str, list[Step]] = defaultdict(list)
    for step in steps:
        above[step.source].append(step)
    return above


def _found(root: str, above: Above, ends: Collection[str]) -> Ways:
    return Search(root, above, ends, most=_MOST_PATHS, most_steps=_MOST_STEPS, work=_MOST_WORK).ways()


@cache
def _refs_above(*, past: bool, everything: bool) -> CTE:
    """The nodes that justifying relations lead to, nearest first, in one statement however high they reach."""
    start = select(cast(bindparam("root", type_=Text()), TEXT).label("ref")).cte("above", recursive=True)
    up = select(UPPER).join(start, edges_above(lambda end: end == start.c.ref)).where(recorded(EDGE, past=past))
    if not everything:
        # a condition and no join: with one SQLite begins with all entities
        is_there = exists().where(RECORD.c.ref == UPPER, recorded(RECORD, past=past), is_live(RECORD))
        up = up.where(is_live(EDGE), is_there)
    return start.union(up)


async def _above(moment: Moment, root: str, *, everything: bool) -> tuple[list[Any], bool]:
    """The justifying relations above a node, of so many nodes, and whether there are others."""
    found = select(_refs_above(past=moment.past, everything=everything).c.ref).limit(_MOST_ABOVE + 1)
    refs = (await moment.execute(found, root=root)).scalars().all()
    rows: list[Any] = []
    for some in chunks(refs[:_MOST_ABOVE]):
        left = _MOST_EDGES - len(rows)
        rows += await every(await moment.execute(rows_above(past=moment.past).limit(left + 1), refs=some))
        if len(rows) > _MOST_EDGES:
            return rows[:_MOST_EDGES], True
    return rows, len(refs) > _MOST_ABOVE


def _is_goal(node: dict[str, Any]) -> bool:
    return bool(node["kind"] == "outcome" or (node["kind"] == "strategy" and node["type"] == "business"))


def _path(moment: Moment, way: list[Step], nodes: dict[str, Json], *, is_complete: bool) -> Json:
    steps = [{"edge": edge(moment, step.relation), "node": nodes[step.target]} for step in way]
    live, weakest = all(step.live for step in way), min(step.confidence for step in way)
    ends = {"complete": is_complete, "reaches": way[-1].target}
    return {**ends, "live": live, "weakest": weakest, "length": len(way), "signed_by": [], "steps": steps}


def _signed(node: dict[str, Any], signed: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [{"node": node, **each} for each in signed.get(ref_of(node), ())]


def _rank(path: dict[str, Any]) -> tuple[Any, ...]:
    names = [step["node"]["name"] or "" for step in path["steps"]]
    return not path["live"], not path["complete"], -path["weakest"], path["length"], names
