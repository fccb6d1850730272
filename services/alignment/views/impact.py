"""What a change of a node would hit: hop by hop along the relations that carry a change, with the way to each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from services.alignment.queries.edges import edge, edge_counts, edges_from, first_edges
from services.alignment.queries.nodes import briefs, split
from services.alignment.queries.snapshot import Moment
from shared.contracts.relations import OTHER, RELATIONS

MAX_DEPTH = 10
MAX_NODES = 500
_CARRIES = {end: [r.name for r in RELATIONS.values() if end in r.risk] for end in OTHER}
"""By the end that is hit: the relations that carry a change to it from the other one."""
_ASKED = ("accountable", "consulted")
"""Whose word counts before an activity changes."""


async def impact(moment: Moment, root: str, depth: int, limit: int) -> dict[str, Any]:
    """``items`` are what is hit, nearest first, each with its ``path`` of relations; what was cut is counted."""
    ways, hidden = await _hit(moment, root, depth, limit)
    consult = await _consult(moment, {root, *ways})
    nodes = await briefs(moment, {root, *ways, *consult, *(ref for each in consult.values() for ref in _named(each))})
    reached = [(ref, path) for ref, path in ways.items() if ref != root]
    return {
        "subject": nodes[root],
        "items": [
            {"node": nodes[ref], "distance": len(path), "path": [edge(moment, row) for row in path]}
            for ref, path in reached
        ],
        "by_kind": dict(sorted(Counter(split(ref)[0] for ref, _ in reached).items())),
        "contracts": [nodes[ref] for ref, _ in reached if split(ref)[0] == "contract"],
        "consult": [_asked(nodes, role, of) for role, of in sorted(consult.items())],
        "hidden": hidden,
    }


async def _hit(moment: Moment, root: str, depth: int, limit: int) -> tuple[dict[str, list[Any]], int]:
    """The first way to each, and how many relations were not followed."""
    ways: dict[str, list[Any]] = {root: []}
    frontier, hidden = [root], 0
    for _ in range(depth):
        reached: list[str] = []
        for hit, other in OTHER.items():
            counts = await edge_counts(moment, frontier, other, _CARRIES[hit])
            rows = await first_edges(moment, counts, other, _CARRIES[hit])
            hidden += sum(counts.values()) - len(rows)
            for row in rows:
                end, near = getattr(row, hit), getattr(row, other)
                if end in ways or hit not in RELATIONS[row.type].at_risk(split(row.source)[0]):
                    continue
                if len(ways) > limit:
                    hidden += 1
                    continue
                ways[end] = [*ways[near], row]
                reached.append(end)
        frontier = sorted(reached)
        if not frontier:
            break
    return ways, hidden


Asked = dict[str, set[str]]
"""What somebody is asked for and who that is: ``activities``, ``letters``, ``parties``."""


async def _consult(moment: Moment, hit: Iterable[str]) -> dict[str, Asked]:
    """By role: those with a say in activities that are hit, or that belong to a process that is."""
    activities = await _activities(moment, sorted(hit))
    asked: defaultdict[str, Asked] = defaultdict(lambda: {"activities": set(), "letters": set(), "parties": set()})
    for row in await edges_from(moment, activities, "source", _ASKED):
        asked[row.target]["activities"].add(row.source)
        asked[row.target]["letters"].add(row.type[0].upper())
    for role, parties in (await holders(moment, sorted(asked))).items():
        asked[role]["parties"] |= parties
    return dict(asked)


async def _activities(moment: Moment, hit: Sequence[str]) -> list[str]:
    processes = [ref for ref in hit if split(ref)[0] == "process"]
    parts = await edges_from(moment, processes, "target", ["part_of"])
    own = {ref for ref in hit if split(ref)[0] == "activity"}
    return sorted(own | {row.source for row in parts if split(row.source)[0] == "activity"})


async def holders(moment: Moment, roles: Sequence[str]) -> dict[str, set[str]]:
    """The parties that hold each role, by assignments that are valid."""
    filled = {row.source: row.target for row in await edges_from(moment, roles, "target", ["assigned_as"])}
    found: defaultdict[str, set[str]] = defaultdict(set)
    nodes = await briefs(moment, filled)
    for row in await edges_from(moment, sorted(filled), "source", ["assigns"]):
        if nodes[row.source]["live"]:
            found[filled[row.source]].add(row.target)
    return found


def _named(asked: Asked) -> set[str]:
    return asked["activities"] | asked["parties"]


def _asked(nodes: dict[str, Any], role: str, asked: Asked) -> dict[str, Any]:
    told = {name: [nodes[ref] for ref in sorted(asked[name])] for name in ("parties", "activities")}
    return {"role": nodes[role], "letters": sorted(asked["letters"]), **told}
