"""The rules as they are at one moment. Pure."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from services.alignment.judge.catalogue import RULES
from services.alignment.judge.catalogue.words import END, GOAL
from services.alignment.judge.plan import Plan, footprint_of, plan
from services.alignment.judge.rule import Rule


class InForce:
    """By id; those that are only counted, and those that are switched off, are among them and are not shown."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.all: Mapping[str, Rule] = {rule.id: rule for rule in rules}

    def __getitem__(self, id: str) -> Rule:
        return self.all[id]

    @cached_property
    def shown(self) -> Mapping[str, Rule]:
        return {id: rule for id, rule in self.all.items() if rule.shown}

    @cached_property
    def lacking(self) -> Mapping[str, Rule]:
        """Those that say what a design or an offering lacks."""
        return {id: rule for id, rule in self.shown.items() if rule.lacks}

    @cached_property
    def chained(self) -> list[str]:
        """Those that ask whether a chain leads up to something."""
        return sorted(id for id, rule in self.all.items() if rule.check.footprint.closures)

    def of_dimension(self, name: str) -> Mapping[str, Rule]:
        return {id: rule for id, rule in self.shown.items() if rule.dimension == name}

    @cached_property
    def plan(self) -> Plan:
        """To judge one moment by."""
        return plan([*self.all.values()], (GOAL, END))

    @cached_property
    def of_age(self) -> Plan:
        """By those that wait until their subject has reached an age."""
        return plan([rule for rule in self.all.values() if footprint_of(rule).after])


CATALOGUE = InForce(RULES.values())
"""As the release brings them."""
