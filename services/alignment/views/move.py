"""Whose move it is: who owns what a finding is about; where nobody does who is still there, the owner of the nearest
thing above it. A role is there where somebody holds it."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, exists

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.edges import UPPER, edge, lower_end, rows_above, upper_end
from services.alignment.queries.holdings import held
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment, is_live, recorded
from shared.storage.rows import every

MOST_HOPS, _MOST_RELATIONS = 8, 500
Json = dict[str, Any]


async def move(moment: Moment, subject: str) -> Json:
    """``owner`` is who is to act, and ``along`` the way from the subject up to what that one owns: nothing where it is
    the subject itself. Both say nothing where no owner is found so near."""
    came: dict[str, Json | None] = {subject: None}
    reached = [subject]
    for _ in range(MOST_HOPS):
        nodes = await briefs(moment, reached)
        owners = await _there(moment, {node["owner"] for node in nodes.values() if node["owner"]})
        for ref in reached:
            if owner := owners.get(nodes[ref]["owner"] or ""):
                return {"owner": owner, "along": _along(ref, came)}
        reached = await _above(moment, reached, came)
        if not reached:
            break
    return {"owner": None, "along": []}


async def _there(moment: Moment, refs: Collection[str]) -> dict[str, Json]:
    """Who of these can act."""
    live = {ref: node for ref, node in (await briefs(moment, refs)).items() if node["live"]}
    roles = {ref for ref, node in live.items() if node["kind"] == "role"}
    vacant = roles - await held(moment, roles) if roles else roles
    return {ref: node for ref, node in live.items() if ref not in vacant}


async def _above(moment: Moment, refs: Iterable[str], came: dict[str, Json | None]) -> list[str]:
    """What is live one relation further up, and was not reached before; in the order of their references."""
    query = _live_above(past=moment.past).limit(_MOST_RELATIONS)
    rows = await every(await moment.execute(query, refs=sorted(refs)))
    nodes = await briefs(moment, {upper_end(row) for row in rows})
    fresh = set[str]()
    for row in rows:
        upper = upper_end(row)
        if upper not in came:
            fresh.add(upper)
            came[upper] = {"from": lower_end(row), "edge": edge(moment, row), "node": nodes[upper]}
    return sorted(fresh)


@cache
def _live_above(*, past: bool) -> Select[Any]:
    """What does not hold takes no room of what does."""
    is_there = exists().where(RECORD.c.ref == UPPER, recorded(RECORD, past=past), is_live(RECORD))
    return rows_above(past=past).where(is_live(EDGE), is_there)


def _along(ref: str, came: Mapping[str, Json | None]) -> list[Json]:
    steps: list[Json] = []
    while (step := came[ref]) is not None:
        steps.append({"edge": step["edge"], "node": step["node"]})
        ref = step["from"]
    return steps[::-1]
