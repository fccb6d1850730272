"""What is wrong at one moment, rule by rule, made from the states of that moment by plain loops over all of them.

Written from the wording of the rules (docs/rules.md) and the table of relations; it shares no code with what it judges,
but for the declarations of kinds and relations.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS
from tests.service.alignment import oracles

State = dict[str, Any]
SEVERITY = {"C": 4, "H": 3, "M": 2, "L": 1, "I": 0}
ARTIFACTS = ("plan", "project", "policy", "process", "procedure", "work_instruction")
DESIGNED = ("designed", "developed", "built", "tested", "released", "operational")
APPROVED = ("approved", "chartered", *DESIGNED)
OFFERED = ("in_study", "in_design", "in_test", "active", "launched")
NO_REASON = (
    "consumer_group", "deliverable", "handoff", "role_assignment", "stakeholder", "driver", "assessment", "catalog",
    "category", "increment",
)  # fmt: skip
"""Kinds from which no chain goes on."""


class Line(NamedTuple):
    """A relation that stands: what says it, whether it fits, and who declares it."""

    origin: str
    type: str
    source: str
    target: str
    holder: str
    is_link: bool
    fits: bool

    @property
    def name(self) -> str:
        return f"{self.origin} {self.type} {self.source} {self.target}"

    @property
    def up(self) -> tuple[str, str] | None:
        """Lower and upper end."""
        row, kind = RELATIONS[self.type], self.source.split("/")[0]
        if not self.fits or row.up is None or (row.bearers and kind not in row.bearers) or self.source == self.target:
            return None
        return (self.source, self.target) if row.up == "source" else (self.target, self.source)


Wrong = dict[tuple[str, str, str], int]
"""Severity by rule, subject and part."""


class Oracle:
    """``states`` are those of all that is known, ``gone`` what of it is deleted; ``since`` says since when what is in a
    live state has been without a break."""

    def __init__(self, states: dict[str, State], gone: set[str], since: dict[str, datetime], at: datetime) -> None:
        self.at, self.since, self.gone, self.states = at, since, gone, states
        self.all = {ref: state for ref, state in states.items() if not ref.startswith("link/")}
        self.there = {ref: state for ref, state in self.all.items() if ref not in gone}
        self.live = {r for r, s in self.there.items() if NODE_KINDS[s["kind"]].is_live(s["state"]) and self.valid(s)}
        self.lines = [line for ref in states if ref not in gone for line in self._lines(ref, states[ref])]
        self.over: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.back: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.uppers: dict[str, set[str]] = defaultdict(set)
        self.lowers: dict[str, set[str]] = defaultdict(set)
        for line in self.lines:
            if line.fits:
                self.over[line.source, line.type].append(line.target)
                self.back[line.target, line.type].append(line.source)
            if line.up:
                self.uppers[line.up[0]].add(line.up[1])
                self.lowers[line.up[1]].add(line.up[0])

    def valid(self, state: State) -> bool:
        begins, ends = (state.get(name) for name in ("valid_from", "valid_to"))
        return (not begins or datetime.fromisoformat(begins) <= self.at) and (
            not ends or self.at < datetime.fromisoformat(ends)
        )

    def _lines(self, ref: str, state: State) -> Iterator[Line]:
        if not ref.startswith("link/") or self.valid(state):
            yield from self.declared(ref, state, valid=True)

    def declared(self, ref: str, state: State, *, valid: bool = False) -> Iterator[Line]:
        """What an entity or link says, valid at the moment or not."""
        if ref.startswith("link/"):
            if state["state"] == "active":
                source, target = (f"{state[end]['kind']}/{state[end]['id']}" for end in ("source", "target"))
                fits = RELATIONS[state["type"]].allows(source.split("/")[0], target.split("/")[0])
                yield Line(ref, state["type"], source, target, source, True, fits)
            return
        kind, seen = NODE_KINDS[state["kind"]], set[tuple[str, str, str]]()
        for reference in kind.references:
            start = ref
            if reference.start is not None:
                member, other = reference.start
                if not state.get(member) or not kind.is_live(state["state"]) or (valid and not self.valid(state)):
                    continue
                start = f"{other}/{state[member]}"
            for _, target_kind, id in reference.targets(state):
                ends = (start, f"{target_kind}/{id}")
                source, target = ends[::-1] if reference.swapped else ends
                if (reference.relation, source, target) not in seen:
                    seen.add((reference.relation, source, target))
                    yield Line(ref, reference.relation, source, target, ref, False, True)

    # -- what the rules ask

    def kind(self, ref: str) -> str:
        return ref.split("/")[0]

    def of(self, ref: str, member: str) -> Any:
        return self.all.get(ref, {}).get(member)

    def above(self, ref: str) -> set[str]:
        """Live, and of a kind from which a chain can go on."""
        return {each for each in self.uppers[ref] if each in self.live and self.kind(each) not in NO_REASON}

    def chain(self, ref: str, is_goal: Callable[[str], bool], over: Callable[[str], set[str]]) -> bool:
        seen, waiting = set[str](), [ref]
        while waiting:
            for upper in over(waiting.pop()):
                if upper in self.live and upper not in seen:
                    if is_goal(upper):
                        return True
                    seen.add(upper)
                    waiting.append(upper)
        return False

    def is_outcome(self, ref: str) -> bool:
        return self.kind(ref) == "outcome"

    def is_business(self, ref: str) -> bool:
        return self.kind(ref) == "strategy" and self.of(ref, "type") == "business"

    def complete(self, ref: str) -> bool:
        return self.chain(ref, lambda r: self.is_outcome(r) or self.is_business(r), lambda r: self.uppers[r])

    def reaches_outcome(self, ref: str) -> bool:
        return self.chain(ref, self.is_outcome, lambda r: self.uppers[r])

    def reach(self, ref: str) -> set[str]:
        seen, waiting = set[str](), [ref]
        while waiting:
            fresh = {each for each in self.uppers[waiting.pop()] if each in self.live} - seen
            seen |= fresh
            waiting += fresh
        return seen

    def is_top(self, ref: str) -> bool:
        if not self.above(ref):
            return True
        circle = self.reach(ref)
        if ref not in circle or any(self.reach(each) != circle for each in circle):
            return False
        if any(self.is_outcome(each) or self.is_business(each) or not self.above(each) for each in circle):
            return False
        asked = [each for each in circle if self.kind(each) in (*ARTIFACTS, "service")]
        judged = [
            e for e in circle if self.kind(e) not in ("strategy", "outcome", "tactic", "operation", "party", *NO_REASON)
        ]
        return ref == min(asked or judged or circle)

    def joined(self, ref: str, types: str, kinds: str, *, back: bool = False) -> set[str]:
        """What is live and of these kinds."""
        over = self.back if back else self.over
        found = {each for type in types.split() for each in over[ref, type]}
        return {each for each in found if each in self.live and (not kinds or self.kind(each) in kinds.split())}

    def older(self, ref: str, days: int) -> bool:
        """It has been live for so long: in a live state, and valid."""
        begins = self.there[ref].get("valid_from")
        begun = [self.since[ref]] if ref in self.since else []
        begun += [datetime.fromisoformat(begins)] if begins and begun else []
        return bool(begun) and self.at - max(begun) >= timedelta(days=days)

    # -- the rules

    def wrong(self) -> Wrong:
        found: Wrong = {}
        for line in self.lines:
            self._relation(line, found)
        for ref, state in self.there.items():
            for rule, severity, part in (*self._of(ref, state), *oracles.wrong(self, ref, state)):
                graver = state.get("criticality") == 5 and severity > 0
                found[rule, ref, part] = min(4, severity + graver)
        return found

    def _relation(self, line: Line, found: Wrong) -> None:
        holder = self.all.get(line.holder)
        if holder is None:
            return

        def add(rule: str, severity: int, end: str = "") -> None:
            found[rule, line.holder, f"{line.name} {end}"] = min(4, severity + (holder.get("criticality") == 5))

        for end in {line.source, line.target}:
            if end not in self.all:
                add("D01", 4, end)
            elif end in self.gone:
                add("D02", 3, end)
        if not line.fits and line.holder not in self.gone:
            add("D03", 2)

    def _of(self, ref: str, state: State) -> Iterator[tuple[str, int, str]]:  # noqa: C901  one condition a rule
        kind, type, at = state["kind"], state.get("type"), state["state"]
        valid, live = self.valid(state), ref in self.live
        if kind == "service":
            yield from self._of_service(ref, state, type, valid=valid)
        if kind == "service_offering" and valid and at == "launched":
            if not state.get("components"):
                yield "F01", 4, ""
            if not self.over[ref, "targets"]:
                yield "F02", 3, ""
            if not self.over[ref, "offers"]:
                yield "F11", 3, "service"
            groups = self.over[ref, "targets"]
            if groups and not any(each in self.live for each in groups):
                yield "F11", 3, "consumer_group"
        if kind == "process" and valid and at == "operational":
            if not self.joined(ref, "governs", "policy", back=True):
                yield "P01", 3, ""
            if not self._owner(ref, "process_owner"):
                yield "O02", 4, ""
        if not live:
            return
        if kind in ARTIFACTS:
            if self.is_top(ref):
                yield "V04", 4 if kind == "project" and state.get("budget") else 3, ""
            if not self.complete(ref):
                yield "V04c", -1, ""
        if kind not in (*ARTIFACTS, "strategy", "outcome", "tactic", "operation", "service", "party", *NO_REASON):
            resting = any(each in self.live for each in self.lowers[ref])
            if resting and self.is_top(ref):
                yield "V18", 3, ""
            if not resting:
                yield "V18n", -1, ""
            if resting and not self.complete(ref):
                yield "V18c", -1, ""
        if kind in ("strategy", "objective", "policy", "kpi") and not state.get("owner"):
            yield "O12", 3, ""
        if kind in (
            "service",
            "process",
            "strategy",
            "objective",
            "tactic",
            "operation",
            "policy",
            "project",
            "product",
            "kpi",
        ):
            owners = [owner for owner in self.over[ref, "owned_by"] if owner.startswith("party/") and owner in self.all]
            if not owners:
                yield "O05n", -1, ""
            for owner in owners:
                if owner not in self.live:
                    yield "O05", 3, ""
        if kind in ("service", "product", "service_offering"):
            needed = {e for type in ("depends_on", "requires") for e in self.over[ref, type] if e in self.there}
            if not needed:
                yield "L01n", -1, ""
            for end in needed:
                if not NODE_KINDS[self.kind(end)].lifecycle.moves[self.there[end]["state"]]:
                    yield "L01", 4, end
        yield from getattr(self, f"_{kind}", lambda _r, _s: iter(()))(ref, state)

    def _of_service(self, ref: str, state: State, type: str | None, *, valid: bool) -> Iterator[tuple[str, int, str]]:  # noqa: C901  one condition a rule
        if valid and state["state"] in APPROVED:
            if type == "business":
                if not self.reaches_outcome(ref):
                    yield "V08", 3, ""
                    yield "V08c", -1, ""
            else:
                if self.is_top(ref) and not self.joined(ref, "offers", "service_offering", back=True):
                    yield "V08", 3, ""
                if not self.complete(ref):
                    yield "V08c", -1, ""
        if valid and state["state"] in DESIGNED:
            package = self._package(ref)
            for rule, p in (("X01", "people"), ("X02", "process"), ("X03", "product"), ("X04", "partner")):
                elements = [e for e in (package or {}).get("elements", []) if e["type"] == p]
                named = [f"{e['ref']['kind']}/{e['ref']['id']}" for e in elements if e.get("ref")]
                if not any(e.get("not_applicable") for e in elements) and not any(each in self.live for each in named):
                    yield rule, 2 if p == "partner" else 3, ""
        if valid and state["state"] == "operational":
            offering = [self.there[o] for o in self.back[ref, "offers"] if o in self.there]
            offered = any(o["state"] in OFFERED and self.valid(o) for o in offering)
            if type in (None, "business", "technology") and not offered:
                yield "F03", 2 if type == "technology" else 3, ""
        if ref in self.live and not self._owner(ref, "service_owner"):
            yield "O01", 4, ""

    def _package(self, service: str) -> State | None:
        found = [
            self.there[r] for r in self.back[service, "part_of"] if r in self.there and r.startswith("design_package/")
        ]
        standing = [each for each in found if each["state"] != "outdated" and self.valid(each)]
        return max(standing, key=lambda s: (s["state"] == "accepted", s["created_at"], s["id"]), default=None)

    def _owner(self, ref: str, role: str) -> bool:
        if any(each in self.live for each in self.over[ref, "owned_by"]):
            return True
        for seat in self.back[ref, "assigned_in"]:
            roles = [r for r in self.over[seat, "assigned_as"] if r in self.live and self.of(r, "type") == role]
            if seat in self.live and roles and any(p in self.live for p in self.over[seat, "assigns"]):
                return True
        return False

    def _strategy(self, ref: str, state: State) -> Iterator[tuple[str, int, str]]:
        def supported(each: str) -> set[str]:
            return set(self.over[each, "supports"]) - {each}

        if state.get("type") in ("it", "it_service", "manufacturing") and not self.chain(
            ref, self.is_business, supported
        ):
            yield "V01", 4, ""
        if state.get("type") == "business":
            for each in supported(ref):
                if each in self.live and not self.is_business(each):
                    yield "V20", 3, each
        if not self.joined(ref, "supports", "strategy"):
            yield "V20n", -1, ""
        circle = {each for each in self._supporting(ref) if ref in self._supporting(each)}
        if circle and ref == min(circle):
            yield "V20", 3, "circle"

    def _supporting(self, ref: str) -> set[str]:
        seen, waiting = set[str](), [ref]
        while waiting:
            fresh = {each for each in self.over[waiting.pop(), "supports"] if each in self.live} - seen
            seen |= fresh
            waiting += fresh
        return seen

    def _beside(self, ref: str, state: State) -> Iterator[tuple[str, int, str]]:
        """What is of IT, or of the business and needs IT, has a live counterpart that is not of the same side."""
        side = state.get("side")
        if not (side == "it" or (side == "business" and state.get("it_dependent"))):
            yield "V10n", -1, ""
            return
        beside = self.joined(ref, "parallels", "") | self.joined(ref, "parallels", "", back=True)
        if not any(self.of(each, "side") != side for each in beside):
            yield "V10", 2, ""

    def _tactic(self, ref: str, state: State) -> Iterator[tuple[str, int, str]]:
        yield from self._beside(ref, state)
        if not self.joined(ref, "decomposes realizes", "strategy objective"):
            yield "V02", 3, ""
        if self.older(ref, 90) and not self.joined(
            ref, "decomposes realizes justified_by", "operation project", back=True
        ):
            yield "V07", 2, ""

    def _operation(self, ref: str, state: State) -> Iterator[tuple[str, int, str]]:
        yield from self._beside(ref, state)
        if not self.joined(ref, "decomposes", "tactic"):
            yield "V03", 3, ""

    def _objective(self, ref: str, state: State) -> Iterator[tuple[str, int, str]]:
        work = self.joined(ref, "decomposes realizes justified_by", "tactic project service", back=True)
        if state.get("level") not in (None, "strategic"):
            yield "V06n", -1, ""
        elif self.older(ref, 90) and not work:
            yield "V06", 3, ""

    def _outcome(self, ref: str, state: State) -> Iterator[tuple[str, int, str]]:
        joined = self.joined(ref, "targets", "consumer_group")
        groups = [self.of(group, "type") for group in joined if self.of(group, "type")]
        if not joined:
            yield "V21n", -1, ""
        if state.get("type") and groups and state["type"] not in groups:
            yield "V21", 2, ""

    def _policy(self, ref: str, _: State) -> Iterator[tuple[str, int, str]]:
        if not self.joined(ref, "governs", "process service project"):
            yield "P02", 3, ""

    def _process(self, ref: str, _: State) -> Iterator[tuple[str, int, str]]:
        if not self.joined(ref, "part_of", "activity", back=True):
            yield "P03", 3, ""

    def _activity(self, ref: str, _: State) -> Iterator[tuple[str, int, str]]:
        accountable, responsible = (len(self.joined(ref, type, "role")) for type in ("accountable", "responsible"))
        if accountable == 0:
            yield "R01", 4, ""
        if accountable > 1:
            yield "R02", 4, ""
        if responsible == 0:
            yield "R03", 3, ""
        if responsible > 3:
            yield "R04", 2, ""
