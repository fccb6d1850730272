"""Rules of packs, made of what they say. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.alignment.judge.catalogue.words import BUSINESS, GOAL, OUTCOME, live
from services.alignment.judge.checks import AnyOf, Check, Evidence, Joined, LeadsUp, Present, Says, Topmost, missing
from services.alignment.judge.clocks import Clock
from services.alignment.judge.conditions import After, Has, is_empty
from services.alignment.judge.footprint import Footprint, Reading, Step, together
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity
from shared.contracts import rule_packs as said

_GOALS = {"outcome": OUTCOME, "business_strategy": BUSINESS, "goal": GOAL}
_SINGLE = (str, int, float)
"""What can be one of some values: an object is none of them."""
_OF_THE_NODE = frozenset({"type", "state", "criticality"})
"""What is kept of each thing beside its members."""


@dataclass(frozen=True)
class AllOf:
    """Each of several checks finds nothing wrong; the evidence of the first that does counts."""

    checks: tuple[Check, ...]

    @property
    def footprint(self) -> Footprint:
        return together(*(check.footprint for check in self.checks))

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        found = (list(check.evidence(node, present)) for check in self.checks)
        return next(filter(None, found), ())


@dataclass(frozen=True)
class NoneOf:
    """Each of several checks finds something wrong; what to call it where one does not stands beside it."""

    checks: tuple[tuple[str, Check], ...]

    @property
    def footprint(self) -> Footprint:
        return together(*(check.footprint for _, check in self.checks))

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        holding = (what for what, check in self.checks if is_empty(check.evidence(node, present)))
        return next((missing(what) for what in holding), ())


def rules_of(pack: Sequence[said.PackRule], source: str) -> tuple[Rule, ...]:
    """As the judge goes by them, with those that are only counted. What they say is right (``pack_faults``)."""
    return tuple(each for rule in pack for each in _rule(rule, source).with_counted(source))


def _rule(rule: said.PackRule, source: str) -> Rule:
    return Rule(
        rule.id, Severity[rule.severity], rule.dimension, rule.title, rule.says, rule.remedy,
        made(rule.check, rule.limits), frozenset(rule.kinds),
        types=frozenset(rule.types) if rule.types else None,
        states=frozenset(rule.states) if rule.states else None,
        given=made(rule.given, rule.limits) if rule.given else None,
        limits=rule.limits, passes=rule.passes, fails=rule.fails, mended=rule.mended or "", source=source,
    )  # fmt: skip


def made(check: said.Check, limits: Mapping[str, int]) -> Check:
    """The check that the judge asks."""
    [(name, value)] = check.parts()
    return _MAKE[name](value, limits)


def _says(value: Sequence[str], _: Mapping[str, int]) -> Check:
    return Says(value[0], tuple(value[1:]))


def _has(value: said.HasCheck, _: Mapping[str, int]) -> Check:
    allowed, if_silent = frozenset(value.one_of), any(each is False for each in value.one_of)

    def of(node: Node) -> bool:
        held = getattr(node, value.member) if value.member in _OF_THE_NODE else node.get(value.member)
        if held is None:
            return if_silent
        return any(
            isinstance(each, _SINGLE) and each in allowed for each in (held if isinstance(held, list) else [held])
        )

    members = () if value.member in _OF_THE_NODE else (value.member,)
    return Has(f"{value.member}: {' or '.join(map(str, value.one_of))}", of, members)


def _joined(value: said.JoinedCheck, limits: Mapping[str, int]) -> Check:
    least = _number(value.at_least, limits)
    most = None if value.at_most is None else _number(value.at_most, limits)
    what = f"{', '.join(value.steps)} -> {', '.join(value.to.kinds)}"
    return Joined(what, tuple(map(step, value.steps)), _ends(value.to), least, most)


def step(text: str) -> Step:
    way, *types = text.split()
    return Step(tuple(types), forward=way == "out")


def _ends(to: said.Ends) -> Reading:
    kinds, types = frozenset(to.kinds), frozenset(to.types) if to.types else None
    if to.states is None:
        return live(*to.kinds, types=types)
    states = frozenset(to.states)

    def of(node: Node) -> bool:
        is_there = node.seen and not node.deleted and node.kind in kinds
        return is_there and node.state in states and (types is None or node.type in types)

    return Reading(of, kinds)


def _leads_up(value: str, _: Mapping[str, int]) -> Check:
    return LeadsUp(f"a chain up to {_GOALS[value].name}", _GOALS[value])


def _anything_above(_: bool, __: Mapping[str, int]) -> Check:
    return Topmost("anything live above it")


def _before(value: said.BeforeCheck, limits: Mapping[str, int]) -> Check:
    days = _number(value.days, limits)
    clock = Clock(value.member, -days)

    def of(node: Node) -> bool:
        return not any(each is clock for each, _ in node.passed or ())

    return Has(f"{value.member} more than {days} days ahead", of, clocks=(clock,))


def _after(value: said.AfterCheck, limits: Mapping[str, int]) -> Check:
    return After(_number(value.days, limits), made(value.check, limits))


def _none_of(value: Sequence[said.Check], limits: Mapping[str, int]) -> Check:
    return NoneOf(tuple((f"not {_told(each)}", made(each, limits)) for each in value))


def _told(check: said.Check) -> str:
    [(name, value)] = check.parts()
    return f"{name} {value.member}" if isinstance(value, said.HasCheck) else name.replace("_", " ")


def _number(value: int | str, limits: Mapping[str, int]) -> int:
    return limits[value] if isinstance(value, str) else value


_MAKE: Mapping[str, Callable[[Any, Mapping[str, int]], Check]] = {
    "says": _says,
    "has": _has,
    "joined": _joined,
    "leads_up_to": _leads_up,
    "anything_above": _anything_above,
    "before": _before,
    "after": _after,
    "any_of": lambda value, limits: AnyOf(tuple(made(each, limits) for each in value)),
    "all_of": lambda value, limits: AllOf(tuple(made(each, limits) for each in value)),
    "none_of": _none_of,
}
