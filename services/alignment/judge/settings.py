"""What an organisation has set of rules, folded in the order in which it began to count: which rules are in force at a
moment, and a plan that judges each moment by its own. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import NamedTuple

import orjson

from services.alignment.judge.catalogue.words import END, GOAL
from services.alignment.judge.in_force import CATALOGUE, InForce
from services.alignment.judge.plan import Plan, plan
from services.alignment.judge.rule import Rule, Severity
from shared.clock import rfc3339

_KEPT = 32
"""Moments between settings whose rules are kept at hand."""


class Setting(NamedTuple):
    """What is set of a rule from an instant on: all of it, so one that says nothing takes everything back. The entity
    with this ``key`` says so."""

    at: datetime
    rule: str
    off: bool = False
    severity: Severity | None = None
    limits: tuple[tuple[str, int], ...] = ()
    key: str = ""
    by: str = ""
    reason: str = ""

    @property
    def said(self) -> tuple[object, ...]:
        """What makes a difference to what is found."""
        return self[2:5]


class Settings:
    """``settings`` come in the order in which they begin to count; what says the same again is left out, and what is
    about a rule or a limit that there is no more. ``base`` is the catalogue, with the rules of packs if there are."""

    def __init__(self, settings: Iterable[Setting] = (), base: InForce = CATALOGUE) -> None:
        self.base = base
        self._all: list[Setting] = []
        last: dict[str, int] = {}
        for each in settings:
            if (rule := base.shown.get(each.rule)) is None:
                continue
            new = each._replace(limits=tuple(sorted(pair for pair in each.limits if pair[0] in rule.limits)))
            place = last.get(new.rule)
            before = Setting(new.at, new.rule) if place is None else self._all[place]
            if new.said != before.said:
                last[new.rule] = len(self._all)
                self._all.append(new)
            elif place is not None:
                self._all[place] = new._replace(at=before.at)
        self._times = [each.at for each in self._all]
        self._at = lru_cache(maxsize=_KEPT)(self._in_force)

    def at(self, instant: datetime) -> InForce:
        """The rules that are in force at an instant."""
        return self._at(bisect_right(self._times, instant))

    def _in_force(self, number: int) -> InForce:
        if not number:
            return self.base
        last = {each.rule: each for each in self._all[:number]}
        return InForce(_applied(rule, last[id]) if id in last else rule for id, rule in self.base.all.items())

    def set_at(self, instant: datetime) -> Mapping[str, Setting]:
        """By rule what is set of it at an instant."""
        last = {each.rule: each for each in self._all[: bisect_right(self._times, instant)]}
        return {id: each for id, each in last.items() if any(each.said) or each.severity is not None}

    def between(self, after: datetime, until: datetime) -> Sequence[Setting]:
        """Those that begin to count after the one instant and up to the other."""
        return self._all[bisect_right(self._times, after) : bisect_right(self._times, until)]

    def mark(self, until: datetime | None) -> str:
        """Tells what counts by an instant from anything else: a generation that was judged by it says so."""
        number = bisect_right(self._times, until) if until else 0
        if not number:
            return ""
        told = [[rfc3339(each.at), each.rule, *each.said] for each in self._all[:number]]
        return sha256(orjson.dumps(told)).hexdigest()[:16]

    @cached_property
    def plan(self) -> Plan:
        """Judges each moment by the rules that are in force at it."""
        if not self._all:
            return self.base.plan
        needed = {id for rule in self.base.all.values() for id in (rule.asked, rule.among, rule.passing)}
        others: dict[str, list[tuple[datetime, Rule | None]]] = defaultdict(list)
        for each in self._all:
            rule = self.base[each.rule]
            # what is off goes on being counted where another rule leaves to it whom that one asks
            others[each.rule].append((each.at, None if each.off and rule.id not in needed else _applied(rule, each)))
        return plan([*self.base.all.values()], (GOAL, END), others)


def _applied(rule: Rule, setting: Setting) -> Rule:
    severity = rule.severity if setting.severity is None else setting.severity
    limits = {**rule.limits, **dict(setting.limits)}
    return replace(rule, severity=severity, limits=limits, shown=rule.shown and not setting.off)


NONE = Settings()
"""Nothing is set."""
