"""Who holds which role, and where: an assignment counts in the processes and services that are its scope only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, select

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.hops import Leg, Step, Walk, out
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.snapshot import Moment, is_live, recorded
from shared.live import active
from shared.storage.arrays import any_of

_MOST_HELD = 10_000
"""Assignments that are read for one answer: a page of parties may hold many roles each."""
_MOST_ENDS = 4 * _MOST_HELD
Json = dict[str, Any]


class Holding(NamedTuple):
    """``scopes`` is where it counts; none stand for everywhere."""

    role: str
    party: str
    scopes: frozenset[str]

    def within(self, scopes: Collection[str]) -> bool:
        return not self.scopes or not self.scopes.isdisjoint(scopes)


class Holdings:
    """``all`` is what is held by assignments that are live, by live parties and of live roles; ``over`` what else there
    is, each with what of it is not live, and why; ``nodes`` has the parties, roles and scopes. ``hidden`` counts the
    assignments that there was no room for."""

    def __init__(self) -> None:
        self.all: list[Holding] = []
        self.over: list[tuple[Holding, str, str]] = []
        self.nodes: dict[str, Json] = {}
        self.hidden = 0

    def parties(self, role: str, scopes: Collection[str], left_out: LeftOut) -> list[str]:
        """Who holds a role in any of these processes and services; what else would is left out."""
        for holding, ref, why in self.over:
            if holding.role == role and holding.within(scopes):
                left_out.add(ref, why)
        return sorted({each.party for each in self.all if each.role == role and each.within(scopes)})


async def holders(
    moment: Moment, roles: Iterable[str], scopes: Collection[str], left_out: LeftOut, *, everything: bool = False
) -> Holdings:
    """Who holds roles in any of these processes and services. ``left_out`` counts what is too much to be read."""
    way, given = (Leg("target", "types", scopes="scopes"),), {"types": ["assigned_as"], "scopes": sorted(scopes)}
    return await _held(Walk(moment, way, given, everything=everything), sorted(roles), left_out)


async def roles_of(moment: Moment, parties: Iterable[str], left_out: LeftOut, *, everything: bool = False) -> Holdings:
    """What parties hold, wherever it counts; ``left_out`` counts what of it is not live."""
    way, given = (Leg("target", "types"),), {"types": ["assigns"]}
    held = await _held(Walk(moment, way, given, everything=everything), sorted(parties), left_out)
    for _, ref, why in held.over:
        left_out.add(ref, why)
    return held


async def _held(assigned: Walk, refs: Sequence[str], left_out: LeftOut) -> Holdings:
    """What assignments say that relations lead to from roles or parties."""
    held, moment = Holdings(), assigned.moment
    hop = await assigned.hop(refs, _MOST_HELD)
    assignments, held.hidden = {step.far for step in hop.steps}, hop.hidden.total()
    over = {ref: why for ref, why in assigned.left_out.words.items() if ref not in assignments}
    left_out.counted += assigned.left_out.counted
    ends = Walk(moment, *out("assigns", "assigned_as", "assigned_in"), everything=True)
    said: defaultdict[str, list[Step]] = defaultdict(list)
    for step in (await ends.hop([*assignments, *over], _MOST_ENDS)).steps:
        if active(step.row, moment.at):
            said[step.near].append(step)
            held.nodes[step.far] = step.node
    for assignment, steps in said.items():
        # a scope that is live no longer says where it counts all the same
        scopes = frozenset(step.far for step in steps if step.row.type == "assigned_in")
        parties, roles = ([s for s in steps if s.row.type == type] for type in ("assigns", "assigned_as"))
        for party, role in ((party, role) for party in parties for role in roles):
            holding = Holding(role.far, party.far, scopes)
            gone = [(assignment, over.get(assignment)), (party.far, party.why), (role.far, role.why)]
            not_live = [(ref, why) for ref, why in gone if why is not None]
            if not_live and not assigned.everything:
                held.over.append((holding, *not_live[0]))
            else:
                held.all.append(holding)
    return held


async def held(moment: Moment, roles: Iterable[str]) -> set[str]:
    """Those of some roles that somebody live holds by a live assignment, wherever."""
    return set((await moment.execute(_is_held(past=moment.past), refs=sorted(roles))).scalars())


@cache
def _is_held(*, past: bool) -> Select[Any]:
    role, seat, who = RECORD.alias("role"), EDGE.alias("seat"), EDGE.alias("who")

    def live(ref: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        node = RECORD.alias(name)
        return exists().where(node.c.ref == ref, recorded(node, past=past), is_live(node))

    of_somebody = exists().where(
        who.c.source == seat.c.source, recorded(who, past=past), is_live(who), who.c.type == "assigns",
        live(who.c.target, "party"),
    )  # fmt: skip
    is_held = exists().where(
        seat.c.target == role.c.ref, recorded(seat, past=past), is_live(seat), seat.c.type == "assigned_as",
        live(seat.c.source, "assignment"), of_somebody,
    )  # fmt: skip
    return select(role.c.ref).where(any_of(role.c.ref, "refs"), recorded(role, past=past), is_held)
