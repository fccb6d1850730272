"""Scores, computed on read: per rule the share of its subjects that pass, per dimension their weighted mean."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from services.alignment.judge.rule import VITAL, WEIGHTS, Rule, Severity
from services.alignment.judge.rules import RULES, VERSION
from services.alignment.models import FINDING, RECORD
from services.alignment.queries.counts import USUAL_CRITICALITY, Counts, tally
from services.alignment.queries.snapshot import Moment
from shared.clock import before

PENDING = "D01"
_CAP = 59.0
_FIXES = 10


def is_pending(rule: str, since: datetime, at: datetime, grace: timedelta) -> bool:
    """A reference may arrive before what it refers to: for a while that is no fault."""
    return rule == PENDING and at - since < grace


async def score(moment: Moment, grace: timedelta) -> dict[str, Any]:
    """``index`` is the mean of the dimensions that have subjects, capped while a critical finding hits a vital one."""
    counts = await tally(moment)
    failing = await _failing(moment, counts, grace)
    rules = [_coverage(counts, rule, failing) for rule in RULES.values()]
    dimensions = [_dimension(name, group) for name, group in _by_dimension(rules).items()]
    present = [dimension["raw"] for dimension in dimensions if dimension["raw"] is not None]
    index = sum(present) / len(present) if present else None
    capped = index is not None and index > _CAP and any(vital for _, vital in failing.values() if vital)
    return {
        "index": _CAP if capped else _rounded(index),
        "capped": capped,
        "rules_version": VERSION,
        "dimensions": dimensions,
        "rules": rules,
        "fixes": _fixes(rules, dimensions),
    }


async def _failing(moment: Moment, counts: Counts, grace: timedelta) -> dict[str, tuple[float, bool]]:
    """Per rule: the weight of what fails, and whether a critical finding is open on a subject of criticality 5."""
    open_ = Counter({key[1:]: number for key, number in counts.items() if key[0] == "finding"})
    open_.subtract(await _pending(moment, grace))
    weights: dict[str, float] = defaultdict(float)
    vital: dict[str, bool] = defaultdict(bool)
    for (rule, criticality), number in open_.items():
        weights[rule] += number * (criticality if RULES[rule].population == "nodes" else USUAL_CRITICALITY)
        is_critical = RULES[rule].severity_for(criticality) == Severity.critical
        vital[rule] |= number > 0 and is_critical and criticality == VITAL
    return {rule: (weight, vital[rule]) for rule, weight in weights.items()}


async def _pending(moment: Moment, grace: timedelta) -> Counts:
    """Of the findings that began lately, by rule and criticality, those that are no fault yet."""
    lately = before(moment.at, grace)
    query = (
        select(FINDING.c.rule, func.coalesce(RECORD.c.criticality, USUAL_CRITICALITY))
        .join(RECORD, and_(RECORD.c.ref == FINDING.c.subject, moment.recorded(RECORD)))
        .where(moment.open_findings(), FINDING.c.rule == PENDING)
        # what came up lately has no interval that began before
        .where(FINDING.c.opened_at > lately, FINDING.c.since > lately)
    )
    return Counter(tuple(row) for row in await moment.execute(query))


def _coverage(counts: Counts, rule: Rule, failing: dict[str, tuple[float, bool]]) -> dict[str, Any]:
    count, applicable = _population(counts, rule)
    fails = min(failing.get(rule.id, (0.0, False))[0], applicable)
    coverage = (applicable - fails) / applicable if applicable else None
    return {
        "rule": rule.id,
        "title": rule.title,
        "dimension": rule.dimension,
        "weight": WEIGHTS[rule.severity],
        "subjects": count,
        "applicable": applicable,
        "passing": applicable - fails,
        "coverage": _rounded(None if coverage is None else 100 * coverage),
    }


def _population(counts: Counts, rule: Rule) -> tuple[int, float]:
    if rule.population != "nodes":
        count = sum(counts["edge", is_link] for is_link in ((True,) if rule.population == "links" else (True, False)))
        return count, float(count * USUAL_CRITICALITY)
    looked_at = [(key[5], number) for key, number in counts.items() if key[0] == "node" and _looks_at(rule, *key[1:])]
    return sum(number for _, number in looked_at), float(sum(weight * number for weight, number in looked_at))


def _looks_at(rule: Rule, kind: str, type: str | None, state: str, live: bool, _: int, valid: bool) -> bool:
    """The same subjects as ``Rule.looks_at`` picks."""
    in_state = live if rule.states is None else state in rule.states
    return kind in rule.kinds and valid and in_state and (rule.types is None or type in rule.types)


def _by_dimension(rules: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for rule in rules:
        groups[rule["dimension"]].append(rule)
    return groups


def _dimension(name: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Weighted mean of the coverages; a rule without subjects does not count, neither for nor against."""
    counted = [rule for rule in rules if rule["coverage"] is not None]
    denominator = sum(rule["weight"] for rule in counted)
    numerator = sum(rule["weight"] * rule["coverage"] / 100 for rule in counted)
    raw = _rounded(100 * numerator / denominator) if denominator else None
    return {
        "dimension": name,
        "numerator": round(numerator, 4),
        "denominator": denominator,
        "raw": raw,
        "with_waivers": raw,
        "trend": None,
    }


def _fixes(rules: list[dict[str, Any]], dimensions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the index would gain if everything that a rule finds were mended."""
    present = {d["dimension"]: d["denominator"] for d in dimensions if d["raw"] is not None}
    gains = [
        {"rule": r["rule"], "title": r["title"], "remedy": RULES[r["rule"]].remedy, "gain": _gain(r, present)}
        for r in rules
        if r["coverage"] is not None and r["coverage"] < 100
    ]
    return sorted(gains, key=lambda fix: (-fix["gain"], fix["rule"]))[:_FIXES]


def _gain(rule: dict[str, Any], present: dict[str, Any]) -> float:
    missing = 100 - rule["coverage"]
    return float(round(missing * rule["weight"] / present[rule["dimension"]] / len(present), 2))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
