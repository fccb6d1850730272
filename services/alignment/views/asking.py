"""Whom to ask before something changes: who owns what is hit, and whose word counts in the activities."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.alignment.queries.holdings import holders
from services.alignment.queries.hops import MOST_STEPS, Step, Walk, into, out
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.nodes import briefs, split
from services.alignment.queries.snapshot import Moment

_PLACES = ("process", "service")
Json = dict[str, Any]


@dataclass
class _Asked:
    """What a role or a party is asked for."""

    owns: set[str] = field(default_factory=set)
    letters: set[str] = field(default_factory=set)
    activities: set[str] = field(default_factory=set)


async def to_ask(
    moment: Moment, hit: Mapping[str, Json], left_out: LeftOut, *, everything: bool
) -> tuple[list[Json], int]:
    """By role or party: ``owns`` what of these nodes, which ``letters`` (A, C) in which ``activities``, those of a
    process that is hit among them; and who holds the role in their process or service. Then how many relations there
    was no room for."""
    processes = [ref for ref in hit if split(ref)[0] == "process"]
    parts = await Walk(moment, *into("part_of"), everything=everything, left_out=left_out).hop(processes)
    inside = {step.far: step.node for step in parts.steps} | dict(hit)
    activities = {ref: node for ref, node in inside.items() if split(ref)[0] == "activity"}
    lettered = Walk(moment, *out("accountable", "consulted"), everything=everything, left_out=left_out)
    said = await lettered.hop([*activities])
    asked: defaultdict[str, _Asked] = defaultdict(_Asked)
    for ref, node in hit.items():
        if node["owner"]:
            asked[node["owner"]].owns.add(ref)
    for step in said.steps:
        asked[step.far].letters.add(step.row.type[0].upper())
        asked[step.far].activities.add(step.near)
    places = await _places(moment, {*hit, *activities})
    scopes = {ref: set[str]().union(*(places[at] for at in each.owns | each.activities)) for ref, each in asked.items()}
    roles = [ref for ref in asked if split(ref)[0] == "role"]
    anywhere = set[str]().union(*(scopes[role] for role in roles))
    held = await holders(moment, roles, anywhere, left_out, everything=everything)
    named = await briefs(moment, asked)
    nodes = {**hit, **activities}
    rows = []
    for ref, each in sorted(asked.items()):
        if named[ref]["live"] or everything:
            holding = held.parties(ref, scopes[ref], left_out)
            rows.append(_row(named[ref], each, nodes, [held.nodes[party] for party in holding]))
        else:
            left_out.add(ref, named[ref]["why_not_live"])
    return rows, parts.hidden.total() + said.hidden.total() + held.hidden


async def _places(moment: Moment, refs: Collection[str]) -> dict[str, set[str]]:
    """The processes and services that each of these is or belongs to."""
    places = {ref: {ref} if split(ref)[0] in _PLACES else set() for ref in refs}
    for step in (await Walk(moment, *out("part_of"), everything=True).hop([*refs], 2 * MOST_STEPS)).steps:
        if _is_place(step):
            places[step.near].add(step.far)
    return places


def _is_place(step: Step) -> bool:
    return split(step.far)[0] in _PLACES


def _row(node: Json, asked: _Asked, nodes: Mapping[str, Json], parties: Iterable[Json]) -> Json:
    return {
        "node": node,
        "owns": [nodes[ref] for ref in sorted(asked.owns)],
        "letters": sorted(asked.letters),
        "activities": [nodes[ref] for ref in sorted(asked.activities)],
        "holders": list(parties),
    }
