"""Scores, computed on read: per rule the share of its subjects that pass, per dimension their weighted mean.

All sums are exact. Shown figures are rounded down to a tenth, so nothing shows 100 while anything that counts fails.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy import and_, func, select

from services.alignment.judge.catalogue import RULES, SHOWN
from services.alignment.judge.fingerprint import FINGERPRINT
from services.alignment.judge.forecast import Turned
from services.alignment.judge.rule import VITAL, WEIGHTS, Rule, Severity
from services.alignment.models import FINDING, RECORD
from services.alignment.queries.counts import USUAL_CRITICALITY, Counts
from services.alignment.queries.snapshot import Moment
from services.alignment.views.valid_time import left, tallied, turned, weighed
from shared.clock import before

PENDING = "D01"
_CAP = Fraction(59)
_FIXES = 10


def is_pending(rule: str, since: datetime, at: datetime, grace: timedelta) -> bool:
    """A reference may arrive before what it refers to: for a while that is no fault."""
    return rule == PENDING and at - since < grace


async def score(moment: Moment, grace: timedelta) -> dict[str, Any]:
    """``index`` is the mean of the dimensions that have subjects, each as heavy as the others; it is capped while a
    critical finding hits a vital subject. ``known`` is the share of the dimensions that have subjects."""
    changed = await turned(moment)
    counts = await tallied(moment, changed)
    failing = await _failing(moment, counts, changed, grace)
    coverages = [_coverage(counts, rule, failing) for rule in SHOWN.values()]
    dimensions = [_Dimension(name, group) for name, group in _by_dimension(coverages).items()]
    present = [each.value for each in dimensions if each.value is not None]
    index = sum(present, Fraction(0)) / len(present) if present else None
    capped = index is not None and index > _CAP and any(vital for _, vital in failing.values())
    return {
        "index": _shown(_CAP if capped else index),
        "capped": capped,
        "known": {"dimensions": len(present), "of": len(dimensions)},
        "rules_version": FINGERPRINT,
        "dimensions": [each.told() for each in dimensions],
        "rules": [each.told() for each in coverages],
        "fixes": _fixes(dimensions, len(present)),
    }


Failing = dict[str, tuple[int, bool]]


async def _failing(moment: Moment, counts: Counts, changed: Turned, grace: timedelta) -> Failing:
    """Per rule: the weight of what fails, and whether a critical finding is open on a subject of criticality 5."""
    open_ = Counter({key[1:]: number for key, number in counts.items() if key[0] == "finding"})
    open_.subtract(await _pending(moment, changed, grace))
    weights: dict[str, int] = defaultdict(int)
    vital: dict[str, bool] = defaultdict(bool)
    for (name, criticality), number in open_.items():
        rule = RULES[name]
        weights[name] += number * (criticality if rule.population == "nodes" else USUAL_CRITICALITY)
        is_critical = rule.shown and rule.severity + (criticality == VITAL) >= Severity.critical
        vital[name] |= number > 0 and is_critical and criticality == VITAL
    return {name: (weight, vital[name]) for name, weight in weights.items()}


async def _pending(moment: Moment, changed: Turned, grace: timedelta) -> Counts:
    """Of the findings that began lately, by rule and criticality, those that are no fault yet."""
    lately = before(moment.latest, grace)
    come = [each for each in changed.come.values() if is_pending(each.rule, each.since, moment.latest, grace)]
    query = (
        select(FINDING.c.rule, func.coalesce(RECORD.c.criticality, USUAL_CRITICALITY))
        .join(RECORD, and_(RECORD.c.ref == FINDING.c.subject, moment.recorded(RECORD)))
        .where(moment.open_findings(), FINDING.c.rule == PENDING)
        # what came up lately has no interval that began before
        .where(FINDING.c.opened_at > lately, FINDING.c.since > lately)
    )
    query, gone = left(query, changed)
    pending = Counter(tuple(row) for row in await moment.execute(query, **gone))
    pending.update({key[1:]: number for key, number in (await weighed(moment, come)).items()})
    return pending


@dataclass(frozen=True)
class _Coverage:
    """``applicable`` is the weight of whom a rule is about, ``fails`` of those who fail."""

    rule: Rule
    subjects: int
    applicable: int
    fails: int

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

    def told(self) -> dict[str, Any]:
        return {
            "rule": self.rule.id,
            "title": self.rule.title,
            "dimension": self.rule.dimension,
            "weight": self.weight,
            "subjects": self.subjects,
            "applicable": self.applicable,
            "passing": self.applicable - self.fails,
            "coverage": _shown(None if self.value is None else 100 * self.value),
        }


def _coverage(counts: Counts, rule: Rule, failing: Failing) -> _Coverage:
    subjects, applicable = _population(counts, rule)
    if rule.asked:
        # those of whom the rule asks nothing
        left_out = {key[2]: n for key, n in counts.items() if key[:2] == ("finding", rule.asked)}
        subjects -= sum(left_out.values())
        applicable -= sum(weight * number for weight, number in left_out.items())
    fails = failing.get(rule.passing or rule.id, (0, False))[0]
    return _Coverage(rule, subjects, applicable, max(0, min(fails, applicable)))


def _population(counts: Counts, rule: Rule) -> tuple[int, int]:
    if rule.population != "nodes":
        count = sum(counts["edge", is_link] for is_link in ((True,) if rule.population == "links" else (True, False)))
        return count, count * USUAL_CRITICALITY
    looked_at = [(key[5], number) for key, number in counts.items() if key[0] == "node" and _looks_at(rule, *key[1:])]
    return sum(number for _, number in looked_at), sum(weight * number for weight, number in looked_at)


def _looks_at(rule: Rule, kind: str, type: str | None, state: str, live: bool, _: int, valid: bool) -> bool:
    """The same subjects as ``Rule.looks_at`` picks."""
    in_state = live if rule.states is None else state in rule.states
    return kind in rule.kinds and valid and in_state and (rule.types is None or type in rule.types)


def _by_dimension(coverages: list[_Coverage]) -> dict[str, list[_Coverage]]:
    groups: dict[str, list[_Coverage]] = defaultdict(list)
    for each in coverages:
        groups[each.rule.dimension].append(each)
    return groups


class _Dimension:
    """Weighted mean of the coverages; a rule without subjects does not count, neither for nor against."""

    def __init__(self, name: str, coverages: list[_Coverage]) -> None:
        self.name = name
        self.counted = [each for each in coverages if each.value is not None]
        self.denominator = sum(each.weight for each in self.counted)
        self.numerator = sum((each.weight * each.passing for each in self.counted), Fraction(0))

    @property
    def value(self) -> Fraction | None:
        return 100 * self.numerator / self.denominator if self.denominator else None

    def told(self) -> dict[str, Any]:
        raw = _shown(self.value)
        figures = {"numerator": round(float(self.numerator), 4), "denominator": self.denominator}
        return {"dimension": self.name, **figures, "raw": raw, "with_waivers": raw, "trend": None}


def _fixes(dimensions: list[_Dimension], present: int) -> list[dict[str, Any]]:
    """What the index would gain if everything that a rule finds were mended, and how much that is."""
    gains = [
        (100 * (1 - each.passing) * each.weight / dimension.denominator / present, each)
        for dimension in dimensions
        if dimension.denominator
        for each in dimension.counted
        if each.fails
    ]
    worst = sorted(gains, key=lambda fix: (-fix[0], fix[1].rule.id))[:_FIXES]
    return [
        {"rule": each.rule.id, "title": each.rule.title, "remedy": each.rule.remedy, "gain": float(round(gain, 2))}
        for gain, each in worst
    ]


def _shown(value: Fraction | None) -> float | None:
    return None if value is None else floor(10 * value) / 10
