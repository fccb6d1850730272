"""Whose move it is: who owns what a finding is about; where nobody does who is still there, the owner of the nearest
thing above it."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.alignment.queries.edges import edge, lower_end, rows_above, upper_end
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment
from shared.live import why_not_active
from shared.storage.rows import every

_MOST_HOPS, _MOST_RELATIONS = 8, 500
Json = dict[str, Any]


async def move(moment: Moment, subject: str) -> Json:
    """``owner`` is who is to act, and ``along`` the way from the subject up to what that one owns: nothing where it is
    the subject itself. Both say nothing where no owner is found so near."""
    came: dict[str, Json | None] = {subject: None}
    reached = [subject]
    for _ in range(_MOST_HOPS):
        nodes = await briefs(moment, reached)
        owners = await briefs(moment, {node["owner"] for node in nodes.values() if node["owner"]})
        for ref in reached:
            owner = owners.get(nodes[ref]["owner"] or "")
            if owner and owner["live"]:
                return {"owner": owner, "along": _along(ref, came)}
        reached = await _above(moment, reached, came)
        if not reached:
            break
    return {"owner": None, "along": []}


async def _above(moment: Moment, refs: Iterable[str], came: dict[str, Json | None]) -> list[str]:
    """What is live one relation further up, and was not reached before; in the order of their references."""
    query = rows_above(past=moment.past).limit(_MOST_RELATIONS)
    rows = [
        row
        for row in await every(await moment.execute(query, refs=sorted(refs)))
        if why_not_active(row, moment.at) is None and upper_end(row) not in came
    ]
    nodes = await briefs(moment, {upper_end(row) for row in rows})
    fresh = set[str]()
    for row in rows:
        upper = upper_end(row)
        if nodes[upper]["live"] and upper not in fresh:
            fresh.add(upper)
            came[upper] = {"from": lower_end(row), "edge": edge(moment, row), "node": nodes[upper]}
    return sorted(fresh)


def _along(ref: str, came: Mapping[str, Json | None]) -> list[Json]:
    steps: list[Json] = []
    while (step := came[ref]) is not None:
        steps.append({"edge": step["edge"], "node": step["node"]})
        ref = step["from"]
    return steps[::-1]
