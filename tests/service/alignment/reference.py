"""What each view should say, made as simply as can be: from all states that have arrived, by plain loops."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import clock
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS

State = dict[str, Any]
LETTERS = {"responsible": "R", "accountable": "A", "consulted": "C", "informed": "I"}


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
        fields = dict[tuple[str, str, str], None]()
        for reference in NODE_KINDS[ref.partition("/")[0]].references:
            for _, kind, id in reference.targets(state):
                source, target = (f"{kind}/{id}", ref) if reference.swapped else (ref, f"{kind}/{id}")
                fields[reference.relation, source, target] = None
        for type, source, target in fields:
            yield Relation(ref, type, source, target, active=True, live=True, field=True)

    def live(self, ref: str) -> bool:
        state = self.nodes.get(ref)
        return state is not None and NODE_KINDS[state["kind"]].is_live(state["state"]) and self._valid(state)

    def of(self, kind: str) -> list[str]:
        return sorted((r for r, s in self.nodes.items() if s["kind"] == kind), key=lambda r: (self.nodes[r]["key"], r))

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

    def traced(self, root: str, direction: str) -> dict[str, int]:
        if direction == "up":
            return self.reached(root, lambda ref: (each.target for each in self.out(ref)))
        return self.reached(root, lambda ref: (each.source for each in self.into(ref)))

    def hit(self, root: str) -> dict[str, int]:
        def onward(ref: str) -> Iterator[str]:
            yield from (each.source for each in self.into(ref) if "source" in RELATIONS[each.type].at_risk(_kind(each)))
            yield from (each.target for each in self.out(ref) if "target" in RELATIONS[each.type].at_risk(_kind(each)))

        return self.reached(root, onward)

    def ways_up(self, ref: str, passed: tuple[str, ...] = ()) -> Iterator[tuple[Relation, ...]]:
        """Every simple path over what justifies, in force or not, up to the first outcome or business strategy."""
        for step in self.relations:
            if step.up is None or step.up[0] != ref or step.up[1] in (*passed, ref):
                continue
            upper = step.up[1]
            state = self.states.get(upper, {})
            if upper.startswith("outcome/") or (upper.startswith("strategy/") and state.get("type") == "business"):
                yield (step,)
            else:
                yield from ((step, *rest) for rest in self.ways_up(upper, (*passed, ref)))

    def signed(self, ref: str) -> list[tuple[str, list[str]]]:
        """The increments under which it was signed, here or elsewhere, and who approved each."""
        held = [
            s
            for r, s in sorted(self.nodes.items())
            if s["kind"] == "increment" and s["state"] in ("signed", "attested")
        ]
        return [
            (each["id"], [who["stakeholder_id"] for who in each["sign_offs"] if who["decision"] == "approved"])
            for each in held
            if ref in {f"{item['kind']}/{item['id']}" for item in each["items"]}
        ]

    def asked(self, root: str) -> dict[str, tuple[set[str], set[str], set[str]]]:
        """By role: its letters in the activities that are hit, these, and who holds it."""
        hit = self.hit(root)
        parts = {each.source for ref in hit if ref.startswith("process/") for each in self.into(ref, "part_of")}
        found: dict[str, tuple[set[str], set[str], set[str]]] = {}
        for activity in sorted(ref for ref in {*hit, *parts} if ref.startswith("activity/")):
            for each in self.out(activity, "accountable", "consulted"):
                letters, activities, _ = found.setdefault(each.target, (set(), set(), self.holders(each.target)))
                letters.add(LETTERS[each.type])
                activities.add(activity)
        return found

    def holders(self, role: str) -> set[str]:
        assignments = {each.source for each in self.into(role, "assigned_as") if self.live(each.source)}
        return {each.target for assignment in assignments for each in self.out(assignment, "assigns")}

    def package(self, service: str) -> State | None:
        """The one that counts: accepted, or else the newest that is not outdated."""
        packages = [self.nodes[each.source] for each in self.into(service, "part_of") if each.source in self.nodes]
        packages = [each for each in packages if each["kind"] == "design_package" and each["state"] != "outdated"]
        return max(packages, key=lambda p: (p["state"] == "accepted", p["created_at"], p["id"]), default=None)

    def covered(self, service: str, p: str) -> str:
        package = self.package(service)
        elements = [each for each in package["elements"] if each["type"] == p] if package else []
        named = any(each["ref"] for each in elements)
        return "covered" if named else "not_applicable" if any(e["not_applicable"] for e in elements) else "missing"

    def matrix(self, process: str) -> dict[str, Counter[tuple[str, str]]]:
        """By activity: which role has which letter."""
        parts = {each.source for each in self.into(process, "part_of") if each.source.startswith("activity/")}
        there = [ref for ref in parts if ref in self.nodes and self.nodes[ref]["state"] != "retired"]
        return {ref: Counter((r.target, LETTERS[r.type]) for r in self.out(ref, *LETTERS)) for ref in there}

    def carried(self, party: str) -> tuple[int, Counter[str]]:
        """How many roles a party holds, and the letters of those."""
        assignments = {each.source for each in self.into(party, "assigns") if self.live(each.source)}
        roles = {each.target for assignment in assignments for each in self.out(assignment, "assigned_as")}
        return len(roles), Counter(LETTERS[r.type] for role in roles for r in self.into(role, *LETTERS))

    def below(self, ref: str) -> set[str]:
        kinds = ("strategy", "objective", "tactic", "operation")
        found = {each.source for each in self.into(ref, "supports", "decomposes")}
        return {each for each in found if each in self.nodes and self.nodes[each]["kind"] in kinds}
