"""Whose move it is: who owns what a finding is about; where that one is not there any more, their deputy; where nobody
is either, the owner of the nearest thing above it, or their deputy. A role is there where somebody holds it."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, exists

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.deputies import deputies_of
from services.alignment.queries.edges import UPPER, edge, lower_end, rows_above, upper_end
from services.alignment.queries.holdings import held
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment, is_live, recorded
from shared.storage.rows import every

MOST_HOPS, _MOST_RELATIONS = 8, 500
Json = dict[str, Any]


class Actor(NamedTuple):
    """Who acts for something: its owner, or a deputy who ``stands_in_for`` its owner."""

    node: Json
    stands_in_for: Json | None = None


async def move(moment: Moment, subject: str) -> Json:
    """``owner`` is who is to act, and whom that one ``stands_in_for``; ``along`` is the way from the subject up to what
    that one acts for: nothing where it is the subject itself. All say nothing where nobody is found so near."""
    came: dict[str, Json | None] = {subject: None}
    reached = [subject]
    for _ in range(MOST_HOPS):
        acting = await actors(moment, await briefs(moment, reached))
        if ref := next((ref for ref in reached if ref in acting), None):
            actor = acting[ref]
            return {"owner": actor.node, "stands_in_for": actor.stands_in_for, "along": _along(ref, came)}
        reached = await _above(moment, reached, came)
        if not reached:
            break
    return {"owner": None, "stands_in_for": None, "along": []}


async def actors(moment: Moment, things: Mapping[str, Json]) -> dict[str, Actor]:
    """Who acts for each of these things, by their references; of some nobody does."""
    owners = {ref: node["owner"] for ref, node in things.items() if node["owner"]}
    known = await briefs(moment, owners.values())
    there = await _there(moment, known)
    standing_in = await deputies_of(moment, known.keys() - there)
    nodes = await briefs(moment, {each.deputy for some in standing_in.values() for each in some})
    found: dict[str, Actor] = {}
    for ref, owner in owners.items():
        if owner in there:
            found[ref] = Actor(there[owner])
        # of whoever stands in for a role, first who does so here; for a party only who does so here
        elif fit := [each for each in standing_in[owner] if each.scope == ref or owner == each.role]:
            nearest = min(fit, key=lambda each: (each.scope != ref, each.deputy))
            found[ref] = Actor(nodes[nearest.deputy], known[owner])
    return found


async def _there(moment: Moment, owners: Mapping[str, Json]) -> dict[str, Json]:
    """Who of these can act."""
    live = {ref: node for ref, node in owners.items() if node["live"]}
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
