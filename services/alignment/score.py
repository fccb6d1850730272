"""Scores, computed on read: per rule the share of its subjects that pass, per dimension their weighted mean."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from services.alignment.models import EDGE, FINDING, RECORD
from services.alignment.moment import Moment
from services.alignment.rule import WEIGHTS, Rule, Severity
from services.alignment.rules import RULES, VERSION

_USUAL_CRITICALITY = 3
_CAP = 59.0
_FIXES = 10


def is_pending(rule: str, since: datetime, at: datetime, grace: timedelta) -> bool:
    """A reference may arrive before what it refers to: for a while that is no fault."""
    return rule == "D01" and at - since < grace


async def score(moment: Moment, grace: timedelta) -> dict[str, Any]:
    """``index`` is the mean of the dimensions that have subjects, capped while a critical finding hits a vital one."""
    failing = await _failing(moment, grace)
    rules = [await _coverage(moment, rule, failing) for rule in RULES.values()]
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


async def _failing(moment: Moment, grace: timedelta) -> dict[str, tuple[float, bool]]:
    """Per rule: the weight of what fails, and whether a critical finding is open on a subject of criticality 5."""
    critical = func.coalesce(RECORD.c.criticality, _USUAL_CRITICALITY)
    query = (
        select(FINDING.c.rule, FINDING.c.since, FINDING.c.subject, FINDING.c.severity, critical)
        .join(RECORD, and_(RECORD.c.ref == FINDING.c.subject, moment.recorded(RECORD)))
        .where(moment.open_findings())
    )
    weights: dict[str, float] = defaultdict(float)
    vital: dict[str, bool] = defaultdict(bool)
    seen: set[tuple[str, str]] = set()
    for rule, since, subject, severity, criticality in await moment.execute(query):
        if is_pending(rule, since, moment.at, grace):
            continue
        counts_nodes = RULES[rule].population == "nodes"
        if counts_nodes and (rule, subject) in seen:
            continue
        seen.add((rule, subject))
        weights[rule] += criticality if counts_nodes else _USUAL_CRITICALITY
        vital[rule] |= severity == Severity.critical and criticality == 5
    return {rule: (weight, vital[rule]) for rule, weight in weights.items()}


async def _coverage(moment: Moment, rule: Rule, failing: dict[str, tuple[float, bool]]) -> dict[str, Any]:
    count, applicable = await _population(moment, rule)
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


async def _population(moment: Moment, rule: Rule) -> tuple[int, float]:
    if rule.population != "nodes":
        only = [EDGE.c.field.is_(None)] if rule.population == "links" else []
        query = select(func.count()).select_from(EDGE).where(moment.recorded(EDGE), EDGE.c.live, *only)
        count: int = (await moment.execute(query)).scalar_one()
        return count, float(count * _USUAL_CRITICALITY)
    weight = func.coalesce(func.sum(func.coalesce(RECORD.c.criticality, _USUAL_CRITICALITY)), 0)
    weighed = select(func.count(), weight).where(moment.recorded(RECORD), *_looked_at(moment, rule))
    subjects, applicable = (await moment.execute(weighed)).one()
    return subjects, float(applicable)


def _looked_at(moment: Moment, rule: Rule) -> Iterable[ColumnElement[bool]]:
    """The same subjects as ``Rule.looks_at`` picks, as a condition."""
    columns = RECORD.c
    yield columns.kind.in_(sorted(rule.kinds))
    yield columns.deleted.is_(False)
    yield columns.live if rule.states is None else columns.state.in_(sorted(rule.states))
    yield or_(columns.valid_from.is_(None), columns.valid_from <= moment.at)
    yield or_(columns.valid_to.is_(None), columns.valid_to > moment.at)
    if rule.types is not None:
        yield columns.type.in_(sorted(rule.types))


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
