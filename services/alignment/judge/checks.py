"""What rules ask of a thing: a small algebra, each with the footprint of what it looks at.

A check yields a piece of evidence for each thing that is wrong; two of one subject are told apart by their ``part``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from services.alignment.judge.clocks import Clock
from services.alignment.judge.closures import Closure
from services.alignment.judge.ends import of_types
from services.alignment.judge.footprint import Footprint, Path, Reading, Step, reached, together
from services.alignment.judge.graph import Node
from shared.contracts.relations import UP

Evidence = dict[str, Any]
_NAMED = 10


@cache
def missing(what: str) -> tuple[Evidence]:
    """The same evidence for all whose finding says no more: there are as many of them as things."""
    return ({"missing": what},)


class Present(Protocol):
    """What checks ask of the graph beside the subject."""

    def leads(self, node: Node, closure: Closure) -> bool:
        """Whether justifying relations lead from the node to a root of the closure, through live things only."""

    def is_top(self, node: Node) -> bool:
        """Whether the node is to be named as where a chain ends: nothing live is above it; or it stands for a circle
        that has no way out."""

    def those(self, node: Node, step: Step, reading: Reading) -> Collection[Node]:
        """What a step leads to from the node, of which the reading is true; once for each relation that leads there."""

    def leads_to(self, node: Node, steps: tuple[Step, ...], reading: Reading) -> bool:
        """Whether steps lead from the node to anything of which the reading is true, through live things only."""

    def seen_of(self, check: object, node: Node) -> Iterable[Evidence]:
        """What a check that is asked of everything at once has found of the node."""


class Check(Protocol):
    @property
    def footprint(self) -> Footprint: ...

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        """What is wrong with the subject."""


@dataclass(frozen=True)
class Says:
    """The subject says something in a member; in each, if there are several."""

    member: str
    others: tuple[str, ...] = ()

    @property
    def footprint(self) -> Footprint:
        return Footprint(members=(self.member, *self.others))

    def evidence(self, node: Node, _present: Present) -> Iterable[Evidence]:
        if not self.others:
            return () if node.get(self.member) is not None else missing(self.member)
        silent = [name for name in (self.member, *self.others) if node.get(name) is None]
        return missing(", ".join(silent)) if silent else ()


@dataclass(frozen=True)
class Joined:
    """Steps lead from the subject to at least so many things, and at most so many, of which the reading is true."""

    missing: str
    steps: tuple[Step, ...]
    goal: Reading
    least: int = 1
    most: int | None = None

    @property
    def footprint(self) -> Footprint:
        return Footprint(paths=(Path(self.steps, self.goal),))

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        holds = self.goal.of
        if self.least == 1 and self.most is None:
            if len(self.steps) == 1:
                return () if present.those(node, self.steps[0], self.goal) else missing(self.missing)
            return () if present.leads_to(node, self.steps, self.goal) else missing(self.missing)
        enough = self.least if self.most is None else self.most + 1
        found: dict[str, None] = {}
        for each in reached(node, self.steps):
            if holds(each):
                found[each.ref] = None
                if len(found) >= enough:
                    break
        if len(found) < self.least:
            return missing(self.missing)
        return ({"too_many": sorted(found)[:_NAMED]},) if self.most is not None and len(found) > self.most else ()


@dataclass(frozen=True)
class AnyOf:
    """One of several checks finds nothing wrong; else the evidence of the first counts."""

    checks: tuple[Check, ...]

    @property
    def footprint(self) -> Footprint:
        return together(*(check.footprint for check in self.checks))

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        first: Sequence[Evidence] | None = None
        for check in self.checks:
            found = tuple(check.evidence(node, present))
            if not found:
                return ()
            first = first or found
        return first or ()


@dataclass(frozen=True)
class LeadsUp:
    """Justifying relations lead up to a root of the closure, through live things only. ``resting`` says that it is only
    asked of what something rests on."""

    missing: str
    closure: Closure
    resting: bool = False

    @property
    def footprint(self) -> Footprint:
        return Footprint(closures=(self.closure,), rests=self.resting)

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        if present.leads(node, self.closure) or (self.resting and not rests_on(node)):
            return ()
        return ({"missing": self.missing},)


@dataclass(frozen=True)
class Topmost:
    """Something live is above it; what rests on it need not be blamed for what is missing here.

    ``resting`` says that it is only asked of what something rests on. Links that would be above it and do not fit are
    named: they justify nothing.
    """

    missing: str
    resting: bool = False

    @property
    def footprint(self) -> Footprint:
        return Footprint(top=True, rests=self.resting)

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        if (self.resting and not rests_on(node)) or not present.is_top(node):
            return ()
        unfit = _unfit(node)[:_NAMED]
        return ({"missing": self.missing, "unfit": unfit},) if unfit else missing(self.missing)


def _unfit(node: Node) -> list[str]:
    """The relations that would justify it, if their types allowed their ends."""
    would = (*of_types(node.out, UP["source"]), *of_types(node.into, UP["target"]))
    return sorted(edge.name for edge in would if edge.stands and not edge.fits)


def rests_on(node: Node) -> bool:
    """Whether anything live rests on it."""
    return any(edge.active and edge.lower.live for edge in node.below)


@dataclass(frozen=True)
class RestedOn:
    """Something live rests on the subject."""

    @property
    def footprint(self) -> Footprint:
        return Footprint(rests=True)

    def evidence(self, node: Node, _present: Present) -> Iterable[Evidence]:
        return () if rests_on(node) else missing("something that rests on it")


@dataclass(frozen=True)
class ByType:
    """What is asked depends on the type of the subject."""

    checks: Mapping[str, Check]
    otherwise: Check

    @property
    def footprint(self) -> Footprint:
        return together(*(check.footprint for check in (*self.checks.values(), self.otherwise)))

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        return self.checks.get(node.type or "", self.otherwise).evidence(node, present)


def closures_for(check: Check, type: str | None) -> tuple[Closure, ...]:
    """To whose roots a subject of a type has to lead."""
    asked = check.checks.get(type or "", check.otherwise) if isinstance(check, ByType) else check
    return asked.footprint.closures


@dataclass(frozen=True)
class Looks:
    """A plain function over what its paths lead to, for what the others cannot say; it reads no more than declared."""

    look: Callable[[Node], Iterable[Evidence]]
    members: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    circles: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def footprint(self) -> Footprint:
        return Footprint(members=self.members, paths=self.paths, circles=self.circles, clocks=self.clocks)

    def evidence(self, node: Node, _present: Present) -> Iterable[Evidence]:
        return self.look(node)
