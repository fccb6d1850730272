"""Of whom and when something is asked: what a thing has, and checks that narrow others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from services.alignment.judge.checks import Check, Evidence, Present, missing
from services.alignment.judge.clocks import Clock
from services.alignment.judge.footprint import Footprint, together
from services.alignment.judge.graph import Node


@dataclass(frozen=True)
class Has:
    """The subject has what is looked for in its members, state, type or criticality, or an instant of it has come."""

    missing: str
    of: Callable[[Node], object]
    members: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def footprint(self) -> Footprint:
        return Footprint(members=self.members, clocks=self.clocks)

    def evidence(self, node: Node, _present: Present) -> Iterable[Evidence]:
        return () if self.of(node) else missing(self.missing)


def is_empty(found: Iterable[Evidence]) -> bool:
    return not found if isinstance(found, tuple) else next(iter(found), None) is None


@dataclass(frozen=True)
class Given:
    """The check holds for those for whom the condition holds; nobody else is asked."""

    condition: Check
    check: Check

    @property
    def footprint(self) -> Footprint:
        return together(self.condition.footprint, self.check.footprint)

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        return self.check.evidence(node, present) if is_empty(self.condition.evidence(node, present)) else ()


@dataclass(frozen=True)
class Not:
    """The check finds something."""

    check: Check

    @property
    def footprint(self) -> Footprint:
        return self.check.footprint

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        return missing("nothing") if is_empty(self.check.evidence(node, present)) else ()


@dataclass(frozen=True)
class After:
    """It has been live, in its state and by its validity, for so many days, and then the check holds."""

    days: int
    check: Check

    @property
    def footprint(self) -> Footprint:
        return replace(self.check.footprint, after=timedelta(days=self.days))

    def evidence(self, node: Node, present: Present) -> Iterator[Evidence]:
        for each in self.check.evidence(node, present):
            yield each | {"after_days": self.days}


def asked(check: Check) -> Check:
    """What is asked of those for whom its condition holds, if it has one."""
    return check.check if isinstance(check, Given) else check
