"""Who holds which role, and where: an assignment counts in its process or service only, if it names one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from services.alignment.queries.hops import LeftOut, Walk, into, out
from services.alignment.queries.snapshot import Moment

Json = dict[str, Any]


class Holding(NamedTuple):
    """``scope`` is the one process or service where it counts; None stands for everywhere."""

    role: str
    party: str
    scope: str | None

    def within(self, scopes: Collection[str]) -> bool:
        return self.scope is None or self.scope in scopes


class Holdings:
    """What is held by assignments that are live, by live parties and of live roles; and the nodes of these."""

    def __init__(self) -> None:
        self.all: list[Holding] = []
        self.nodes: dict[str, Json] = {}

    def parties(self, role: str, scopes: Collection[str]) -> list[str]:
        """Who holds a role in any of these processes and services."""
        return sorted({each.party for each in self.all if each.role == role and each.within(scopes)})


async def holders(moment: Moment, roles: Iterable[str], left_out: LeftOut, *, everything: bool = False) -> Holdings:
    return await _held(moment, sorted(roles), "assigned_as", left_out, everything=everything)


async def roles_of(moment: Moment, parties: Iterable[str], left_out: LeftOut, *, everything: bool = False) -> Holdings:
    return await _held(moment, sorted(parties), "assigns", left_out, everything=everything)


async def _held(moment: Moment, refs: Sequence[str], relation: str, left_out: LeftOut, *, everything: bool) -> Holdings:
    held = Holdings()
    assigned = Walk(moment, *into(relation), everything=everything, left_out=left_out)
    assignments = sorted({step.far for step in (await assigned.hop(refs)).steps})
    # a scope that is live no longer says where it counts all the same
    ends = Walk(moment, *out("assigns", "assigned_as", "assigned_in"), everything=True)
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for step in (await ends.hop(assignments)).steps:
        if step.why and not everything and step.row.type != "assigned_in":
            left_out.add(step.far, step.why)
        else:
            found[step.near][step.row.type] = step.far
        held.nodes[step.far] = step.node
    for of in found.values():
        if "assigns" in of and "assigned_as" in of:
            held.all.append(Holding(of["assigned_as"], of["assigns"], of.get("assigned_in")))
    return held
