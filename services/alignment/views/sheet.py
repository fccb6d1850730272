"""What counts at a moment and what of it fails, as exact numbers: coverages, dimensions, the index, and what it would
gain if some findings were closed. Pure.

Per rule the share of its subjects that pass, per dimension their weighted mean, and of those the mean. Shown figures
are rounded down, so nothing shows 100 while anything that counts fails.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any

from services.alignment.judge.in_force import InForce
from services.alignment.judge.meaning import PLANNED
from services.alignment.judge.rule import VITAL, WEIGHTS, Rule, Severity
from services.alignment.queries.counts import USUAL_CRITICALITY, Counts

_CAP = Fraction(59)
Some = Mapping[tuple[str, int], int]
"""How many findings, by rule and criticality of their subjects."""


@dataclass(frozen=True)
class Gain:
    """By how much the index rises, and the dimension of the findings; ``uncapped`` is by how much the index would rise
    if nothing held it down."""

    index: Fraction
    dimension: Fraction
    uncapped: Fraction


@dataclass(frozen=True)
class Without:
    """The index, and by name the dimensions that have subjects, if some findings were closed."""

    index: Fraction | None
    values: Mapping[str, Fraction]


class Sheet:
    """``counts`` is everything that there is at a moment, ``open`` the findings that count against it; ``rules`` are in
    force at it."""

    def __init__(self, rules: InForce, counts: Counts, open: Some) -> None:
        self._rules = rules
        self._open = Counter(open)
        failing = _failing(rules, self._open)
        self.coverages = {rule.id: _coverage(counts, rule, failing) for rule in rules.shown.values()}
        self.dimensions = {name: Dimension(name, group) for name, group in _by_dimension(self.coverages).items()}
        self._values = {each.name: each.value for each in self.dimensions.values() if each.value is not None}
        self._of_rule = Counter[str]()
        for (name, _), number in self._open.items():
            self._of_rule[name] += number
        self._vital = Counter(
            {key: number for key, number in self._open.items() if number > 0 and _is_vital(rules, *key)}
        )

    @property
    def known(self) -> int:
        """How many dimensions have subjects."""
        return len(self._values)

    @property
    def failing(self) -> set[str]:
        """The rules of which findings are shown."""
        return {name for (name, _), number in self._open.items() if number > 0 and self._rules[name].shown}

    def open_of(self, rule: str) -> int:
        """How many findings of a rule count."""
        return self._of_rule[rule]

    @property
    def capped(self) -> bool:
        mean = _mean(self._values)
        return mean is not None and mean > _CAP and bool(self._vital)

    @cached_property
    def index(self) -> Fraction | None:
        """The mean of the dimensions that have subjects, each as heavy as the others; capped while a critical finding
        hits a vital subject."""
        return _CAP if self.capped else _mean(self._values)

    def gain(self, dimension: str, closed: Some) -> Gain:
        """What would be gained if these findings were closed together, and nothing else changed."""
        after = self.without(closed)
        if after.index is None or self.index is None:
            return Gain(Fraction(0), Fraction(0), Fraction(0))
        rise = after.values.get(dimension, Fraction(0)) - self._values.get(dimension, Fraction(0))
        uncapped = (_mean(after.values) or Fraction(0)) - (_mean(self._values) or Fraction(0))
        return Gain(after.index - self.index, rise, uncapped)

    def without(self, closed: Some) -> "Without":
        """What it would come to if these findings were closed together, and nothing else changed."""
        failing = _failing(self._rules, self._open, {name for name, _ in closed})
        gone = _failing(self._rules, Counter(closed))
        failing.subtract(gone)
        turned = {
            id: each.failing(failing.get(each.counts, each.fails), gone[each.rule.asked or ""])
            for id, each in self.coverages.items()
            if each.counts in gone or each.rule.asked in gone
        }
        values = dict(self._values)
        for name in {each.rule.dimension for each in turned.values()} & values.keys():
            group = [turned.get(each.rule.id, each) for each in self.dimensions[name].coverages]
            values[name] = Dimension(name, group).value or Fraction(0)
        mean = _mean(values)
        still_vital = any(number > closed.get(key, 0) for key, number in self._vital.items())
        return Without(_CAP if mean is not None and mean > _CAP and still_vital else mean, values)


def _failing(rules: InForce, some: Counter[tuple[str, int]], only: set[str] | None = None) -> Counter[str]:
    """Per rule the weight of what fails; of some rules only."""
    weights: Counter[str] = Counter()
    for (name, criticality), number in some.items():
        if only is None or name in only:
            weights[name] += number * (criticality if rules[name].population == "nodes" else USUAL_CRITICALITY)
    return weights


def _is_vital(rules: InForce, name: str, criticality: int) -> bool:
    """Whether it is critical, and about a subject that must not fail."""
    rule = rules[name]
    return rule.shown and criticality == VITAL and rule.severity + 1 >= Severity.critical


def _mean(values: Mapping[str, Fraction]) -> Fraction | None:
    return sum(values.values(), Fraction(0)) / len(values) if values else None


@dataclass(frozen=True)
class Coverage:
    """``applicable`` is the weight of whom a rule is about, ``fails`` of those who fail."""

    rule: Rule
    subjects: int
    applicable: int
    fails: int

    @property
    def counts(self) -> str:
        """The rule whose findings say who fails."""
        return self.rule.passing or self.rule.id

    @property
    def weight(self) -> int:
        return WEIGHTS[self.rule.severity]

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.applicable - self.fails, self.applicable) if self.applicable else None

    @property
    def passing(self) -> Fraction:
        """None of nobody pass."""
        return Fraction(0) if self.value is None else self.value

    def failing(self, weight: int, more: int = 0) -> "Coverage":
        """The same where so much fails, of those whom it is about and some more."""
        applicable = self.applicable + more
        return Coverage(self.rule, self.subjects, applicable, max(0, min(weight, applicable)))

    def told(self) -> dict[str, Any]:
        return {
            "rule": self.rule.id,
            "title": self.rule.title,
            "dimension": self.rule.dimension,
            "weight": self.weight,
            "subjects": self.subjects,
            "applicable": self.applicable,
            "passing": self.applicable - self.fails,
            "coverage": shown(None if self.value is None else 100 * self.value),
        }


def _coverage(counts: Counts, rule: Rule, failing: Mapping[str, int]) -> Coverage:
    subjects, applicable = _population(counts, rule)
    if rule.among:
        asked = {key[2]: n for key, n in counts.items() if key[:2] == ("finding", rule.among)}
        subjects, applicable = sum(asked.values()), sum(weight * number for weight, number in asked.items())
    if rule.asked:
        # those of whom the rule asks nothing
        left_out = {key[2]: n for key, n in counts.items() if key[:2] == ("finding", rule.asked)}
        subjects -= sum(left_out.values())
        applicable -= sum(weight * number for weight, number in left_out.items())
    whole = Coverage(rule, subjects, applicable, 0)
    return whole.failing(failing.get(whole.counts, 0))


def _population(counts: Counts, rule: Rule) -> tuple[int, int]:
    if rule.population != "nodes":
        count = sum(counts["edge", is_link] for is_link in ((True,) if rule.population == "links" else (True, False)))
        return count, count * USUAL_CRITICALITY
    looked_at = [(key[5], number) for key, number in counts.items() if key[0] == "node" and _looks_at(rule, *key[1:])]
    return sum(number for _, number in looked_at), sum(weight * number for weight, number in looked_at)


def _looks_at(rule: Rule, kind: str, type: str | None, state: str, live: bool, _: int, valid: bool) -> bool:
    """The same subjects as ``Rule.looks_at`` picks."""
    if kind not in rule.kinds:
        return False
    in_state = state in PLANNED[kind] if rule.planned else live if rule.states is None else state in rule.states
    return valid and in_state and (rule.types is None or type in rule.types)


def _by_dimension(coverages: Mapping[str, Coverage]) -> dict[str, list[Coverage]]:
    groups: dict[str, list[Coverage]] = defaultdict(list)
    for each in coverages.values():
        groups[each.rule.dimension].append(each)
    return groups


class Dimension:
    """Weighted mean of the coverages; a rule without subjects does not count, neither for nor against."""

    def __init__(self, name: str, coverages: list[Coverage]) -> None:
        self.name = name
        self.coverages = coverages
        self.counted = [each for each in coverages if each.value is not None]
        self.denominator = sum(each.weight for each in self.counted)
        self.numerator = sum((each.weight * each.passing for each in self.counted), Fraction(0))

    @property
    def value(self) -> Fraction | None:
        return 100 * self.numerator / self.denominator if self.denominator else None

    def told(self, before: "Dimension | None", waived: Fraction | None) -> dict[str, Any]:
        """``before`` is what it was a while ago, ``waived`` its value where what is waived counts as passing."""
        raw, then = shown(self.value), before.value if before else None
        figures = {"numerator": round(float(self.numerator), 4), "denominator": self.denominator}
        trend = None if self.value is None or then is None else shown(self.value - then)
        return {"dimension": self.name, **figures, "raw": raw, "with_waivers": shown(waived), "trend": trend}


def shown(value: Fraction | None, digits: int = 1) -> float | None:
    """Rounded down, to a tenth if nothing else is said."""
    return None if value is None else floor(10**digits * value) / 10**digits
