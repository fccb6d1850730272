"""What each view should say, made as simply as can be: from all states that have arrived, by plain loops."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import clock
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS

State = dict[str, Any]


@dataclass(frozen=True)
class Relation:
    """``active`` whatever the moment; ``live`` at the moment that is asked about."""

    origin: str
    type: str
    source: str
    target: str
    active: bool
    live: bool
    confidence: float | None = None

    field: bool = False

    @property
    def up(self) -> tuple[str, str] | None:
        """What it justifies, and by what."""
        row, kinds = RELATIONS[self.type], (self.source.partition("/")[0], self.target.partition("/")[0])
        if row.up is None or not (self.field or row.allows(*kinds)) or (row.bearers and kinds[0] not in row.bearers):
            return None
        return (self.source, self.target) if row.up == "source" else (self.target, self.source)


def _kind(relation: Relation) -> str:
    return relation.source.partition("/")[0]


def ref_of(pair: State) -> str:
    return f"{pair['kind']}/{pair['id']}"


def _time(text: str | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else otherwise


class Reference:
    """``events`` are those that have arrived, in any order; all that is asked is asked about one moment."""

    def __init__(self, events: Iterable[State], at: datetime) -> None:
        self.at = at
        newest: dict[str, State] = {}
        for event in sorted(events, key=lambda event: event["time"]):
            if datetime.fromisoformat(event["time"]) <= at:
                kind, id, _ = event["id"].split(":")
                newest[f"{kind}/{id}"] = event
        self.events = newest
        self.gone = {ref for ref, event in newest.items() if event["data"].get("deleted")}
        self.states = {ref: event["data"]["state"] for ref, event in newest.items()}
        self.nodes = {r: s for r, s in self.states.items() if not r.startswith("link/") and r not in self.gone}
        self.relations = [relation for ref in sorted(self.states) for relation in self._relations(ref)]

    def _valid(self, state: State) -> bool:
        from_, to = _time(state["valid_from"], self.at), _time(state["valid_to"], clock.FOREVER)
        return from_ <= self.at < to

    def _relations(self, ref: str) -> Iterator[Relation]:
        state = self.states[ref]
        if ref in self.gone:
            return
        if ref.startswith("link/"):
            source, target = (f"{state[end]['kind']}/{state[end]['id']}" for end in ("source", "target"))
            active = state["state"] == "active"
            live = active and self._valid(state)
            yield Relation(ref, state["type"], source, target, active, live, state["confidence"])
            return
        fields, declared = dict[tuple[str, str, str], tuple[bool, bool]](), NODE_KINDS[ref.partition("/")[0]]
        for reference in declared.references:
            start, holds = ref, (True, True)
            if reference.start:  # between others it holds while its holder does
                member, start_kind = reference.start
                in_force = declared.is_live(state["state"])
                start, holds = f"{start_kind}/{state[member]}", (in_force, in_force and self._valid(state))
            for _, kind, id in reference.targets(state):
                source, target = (f"{kind}/{id}", start) if reference.swapped else (start, f"{kind}/{id}")
                fields.setdefault((reference.relation, source, target), holds)
        for (type, source, target), (active, live) in fields.items():
            yield Relation(ref, type, source, target, active=active, live=live, field=True)

    def live(self, ref: str) -> bool:
        state = self.nodes.get(ref)
        return state is not None and NODE_KINDS[state["kind"]].is_live(state["state"]) and self._valid(state)

    def of(self, kind: str) -> list[str]:
        return sorted((r for r, s in self.nodes.items() if s["kind"] == kind), key=lambda r: (self.nodes[r]["key"], r))

    def holds(self, relation: Relation) -> bool:
        """It is live, and joins what it may."""
        kinds = relation.source.partition("/")[0], relation.target.partition("/")[0]
        return relation.live and (relation.field or RELATIONS[relation.type].allows(*kinds))

    def over(self, ref: str) -> bool:
        """Neither live nor on the way there: deleted, ended, expired, or in a state that leads to no live one."""
        state = self.nodes.get(ref)
        if state is None or _time(state["valid_to"], clock.FOREVER) <= self.at:
            return True
        lifecycle = NODE_KINDS[state["kind"]].lifecycle
        onward = self.reached(state["state"], lambda at: lifecycle.moves[at])
        return not onward.keys() & lifecycle.live

    def standing(self, kind: str) -> list[str]:
        return [ref for ref in self.of(kind) if not self.over(ref)]

    def out(self, ref: str, *types: str) -> list[Relation]:
        return [r for r in self.relations if r.active and r.source == ref and (not types or r.type in types)]

    def into(self, ref: str, *types: str) -> list[Relation]:
        return [r for r in self.relations if r.active and r.target == ref and (not types or r.type in types)]

    def reached(self, root: str, onward: Callable[[str], Iterable[str]]) -> dict[str, int]:
        """How many steps away each is."""
        far, waiting = {root: 0}, [root]
        for at in waiting:
            for end in onward(at):
                if end not in far:
                    far[end] = far[at] + 1
                    waiting.append(end)
        return far

    def steps(self, ref: str, direction: str) -> list[tuple[Relation, str]]:
        """The relations that a trace follows from a node, and where each leads."""
        found = []
        for each in self.relations:
            lower, upper = each.up or (each.source, each.target)
            near, far = (lower, upper) if direction == "up" else (upper, lower)
            if near == ref and self.holds(each) and self.live(far):
                found.append((each, far))
        return found

    def traced(self, root: str, direction: str) -> dict[str, int]:
        return self.reached(root, lambda ref: (far for _, far in self.steps(ref, direction)))

    def hit(self, root: str) -> dict[str, int]:
        """Who loses something: through what is live, or offered no longer; to the parts of the root alone."""
        far, waiting = {root: 0}, [(root, True, 0)]
        seen = {(root, True)}
        for ref, is_part, length in waiting:
            for each in filter(self.holds, self.relations):
                ends = RELATIONS[each.type].at_risk(_kind(each))
                for near, end, hit in ((each.target, each.source, "source"), (each.source, each.target, "target")):
                    down = each.type == "part_of" and hit == "source"
                    if near != ref or hit not in ends or (down and not is_part) or not self.carries(end):
                        continue
                    if (end, down) not in seen:
                        seen.add((end, down))
                        far.setdefault(end, length + 1)
                        waiting.append((end, down, length + 1))
        return far

    def carries(self, ref: str) -> bool:
        state = self.nodes.get(ref)
        offered = state is not None and state["kind"] == "service_offering" and state["state"] == "retired"
        return self.live(ref) or (offered and state is not None and self._valid(state))

    def is_goal(self, ref: str) -> bool:
        is_business = ref.startswith("strategy/") and self.states.get(ref, {}).get("type") == "business"
        return is_business or ref.startswith("outcome/")

    def onward(self, ref: str, *, live: bool) -> list[tuple[Relation, str]]:
        """What justifies it, and by what."""
        found = [(each, each.up[1]) for each in self.relations if each.up and each.up[0] == ref]
        return [(e, upper) for e, upper in found if not live or (self.holds(e) and self.live(upper))]

    def ways(
        self, ref: str, ends: Callable[[str], bool], *, live: bool, passed: tuple[str, ...] = ()
    ) -> Iterator[tuple[Relation, ...]]:
        """Every simple path over what justifies up to the first such end."""
        for step, upper in self.onward(ref, live=live):
            if upper in (*passed, ref):
                continue
            if ends(upper):
                yield (step,)
            else:
                yield from ((step, *rest) for rest in self.ways(upper, ends, live=live, passed=(*passed, ref)))

    def ways_up(self, ref: str, *, live: bool) -> list[tuple[Relation, ...]]:
        return list(self.ways(ref, self.is_goal, live=live))

    def ways_short(self, root: str) -> list[tuple[Relation, ...]]:
        """Live paths to where it goes no further: to what leads nowhere, or to the least of those in a circle."""

        def above(ref: str) -> dict[str, int]:
            beyond = lambda at: [u for _, u in self.onward(at, live=True)] if at == root or not self.is_goal(at) else []  # noqa: E731
            return self.reached(ref, beyond)

        def is_top(ref: str) -> bool:
            reached = above(ref)
            return not self.is_goal(ref) and all(ref in above(at) for at in reached) and ref == min(reached)

        return [
            way
            for way in self.ways(root, lambda ref: is_top(ref) or self.is_goal(ref), live=True)
            if way[-1].up and is_top(way[-1].up[1])
        ]
