"""What a promise rests on, and what that can sustain: agreements underneath, and what is needed together. Pure.

Things that are all needed multiply their shares and add up their times; of things that can take each other's place one
is enough. What is needed in several places counts once. What nobody has promised anything for is taken for perfect, and
named: no more is said than is certain.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Generic, Literal, Protocol, TypeVar

from services.alignment.judge.measures import Measure, measure, worth

T = TypeVar("T", bound=Hashable)
By = Literal["agreement", "serial", "redundant", "weakest", "unknown", "circle", "again"]
UNDER = frozenset({"ola", "uc"})
NEEDS = ("depends_on", "requires", "offers")
MOST, DEEPEST = 500, 100
"""Things in one reckoning, and below each other; what is beyond is taken for perfect."""


class Net(Protocol[T]):
    """What there is, live, and how it is joined; always in the same order."""

    def over(self, thing: T, *types: str) -> Sequence[T]: ...
    def back(self, thing: T, *types: str) -> Sequence[T]: ...
    def kind(self, thing: T) -> str: ...
    def type(self, thing: T) -> str | None: ...
    def targets(self, contract: T) -> Iterable[Mapping[str, Any]]: ...


@dataclass
class Sum(Generic[T]):
    """One line of the reckoning: what is sustained ``of`` something, and ``by`` what of its ``parts``. ``value`` is a
    share of 1 or minutes, None where nothing is known or it counts elsewhere; ``promised`` is what an agreement says,
    and ``under`` the number in it."""

    of: T
    by: By
    value: float | None
    parts: list["Sum[T]"] = field(default_factory=list)
    promised: Mapping[str, Any] | None = None
    under: float | None = None


def sustained(net: Net[T], contract: T, asked: Measure) -> Sum[T]:
    """What can be sustained of all that a contract covers: each of it has to keep the promise."""
    reckoning, parts = _Reckoning(net, contract, asked), []
    for each in net.over(contract, "covers"):
        reckoning.known.clear()
        parts.append(reckoning.of(each))
    return reckoning.joined(contract, "weakest", parts)


def weakest(sum_: Sum[T], *, is_share: bool) -> Sum[T] | None:
    """The agreement that gives least, among those that count."""
    found = [each for each in lines(sum_) if each.by == "agreement" and each.value is not None]
    return (min if is_share else max)(found, key=lambda each: each.value or 0.0, default=None)


def lines(sum_: Sum[T]) -> list[Sum[T]]:
    """All lines, each before its parts."""
    found = [sum_]
    for each in found:
        found += each.parts
    return found


class _Reckoning(Generic[T]):
    def __init__(self, net: Net[T], contract: T, asked: Measure) -> None:
        self.net, self.contract, self.asked = net, contract, asked
        self.known: set[T] = set()
        self.path: list[T] = []
        self.room = MOST

    def of(self, thing: T) -> Sum[T]:
        """Of one thing: no more than is agreed for it, and no more than what it needs."""
        if thing in self.path:
            return Sum(thing, "circle", None)
        if thing in self.known:
            return Sum(thing, "again", None)
        self.room -= 1
        if self.room < 0 or len(self.path) >= DEEPEST:
            return Sum(thing, "unknown", None)
        self.path.append(thing)
        parts = [*self._agreed(thing), *self._needed(thing)]
        self.path.pop()
        self.known.add(thing)
        return self.joined(thing, "weakest", parts)

    def joined(self, thing: T, by: By, parts: list[Sum[T]]) -> Sum[T]:
        """Several parts as one line; one by itself needs none above it, unless it is of something else."""
        if not parts:
            return Sum(thing, "unknown", None)
        if len(parts) == 1 and parts[0].of == thing:
            return parts[0]
        known = [each.value for each in parts if each.value is not None]
        enough = len(known) == len(parts) or by != "redundant"
        return Sum(thing, by, self._value(by, known) if known and enough else None, parts)

    def _value(self, by: By, known: list[float]) -> float:
        share = self.asked.is_share
        if by == "serial":
            return prod(known) if share else sum(known)
        if by == "redundant":
            return 1 - prod(1 - each for each in known) if share else min(known)
        return min(known) if share else max(known)

    def _agreed(self, thing: T) -> list[Sum[T]]:
        """What agreements underneath promise of it that is about the same."""
        found = []
        for contract in self._agreements(thing):
            for target in self.net.targets(contract):
                told = measure(target)
                if told and (told.topic, told.is_share) == (self.asked.topic, self.asked.is_share):
                    found.append(Sum(contract, "agreement", worth(told, self.asked), promised=target, under=told.value))
        return [self.joined(thing, "weakest", found)] if found else []

    def _agreements(self, thing: T) -> Iterable[T]:
        net = self.net
        if net.kind(thing) == "partner":  # what it promises as a whole, and not of one service
            found = [each for each in net.over(thing, "provides") if not net.over(each, "covers")]
        else:
            found = [*net.back(thing, "covers")]
        return (e for e in found if net.kind(e) == "contract" and net.type(e) in UNDER and e != self.contract)

    def _needed(self, thing: T) -> list[Sum[T]]:
        groups = [
            self.joined(thing, "redundant", [self.of(each) for each in group]) if len(group) > 1 else self.of(group[0])
            for group in self._groups(thing)
        ]
        return [self.joined(thing, "serial", groups)] if groups else []

    def _groups(self, thing: T) -> list[list[T]]:
        """What it needs; together what can take each other's place."""
        net = self.net
        serving = [each for each in net.back(thing, "serves") if net.kind(each) in ("service", "product")]
        makers = [each for each in net.back(thing, "provides") if net.kind(each) == "partner"]
        needed = dict.fromkeys([*net.over(thing, *NEEDS), *serving, *makers])
        groups: list[list[T]] = []
        for each in needed:
            if not any(each in group for group in groups):
                alike = {*net.over(each, "exchangeable_with"), *net.back(each, "exchangeable_with")}
                groups.append([each, *(other for other in needed if other in alike and other != each)])
        return groups
