"""What rules that are not in force would have found in what is recorded: the past is told to a judge of their own."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from services.alignment.judge.catalogue.words import END
from services.alignment.judge.findings import Finding
from services.alignment.judge.forecast import MOST_READ
from services.alignment.judge.history import History, TooMuch
from services.alignment.judge.plan import plan
from services.alignment.judge.replay import replay
from services.alignment.judge.rule import Rule, Severity
from services.alignment.models import RECORD
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment
from shared.clock import FOREVER, rfc3339
from shared.errors import Invalid
from shared.storage.db import MOMENT

Json = dict[str, Any]
_SHOWN = 20
_THERE = (
    select(RECORD.c.ref)
    .where(RECORD.c.generation == bindparam("of_generation"), RECORD.c.kind.in_(bindparam("kinds", expanding=True)))
    .where(RECORD.c.recorded_to > bindparam("since", type_=MOMENT))
    .distinct()
    .limit(MOST_READ + 1)
)


async def trial(moment: Moment, rules: Sequence[Rule], since: datetime) -> Json:
    """Up to this moment. Raises Invalid where too much would have to be read."""
    kinds = sorted({kind for rule in rules for kind in rule.kinds})
    rows = await moment.connection.execute(_THERE, {"of_generation": moment.generation, "kinds": kinds, "since": since})
    subjects = set(rows.scalars())
    by = plan(rules, (END,) if any(rule.check.footprint.top for rule in rules) else ())
    history = History(moment.connection, moment.generation, since, by, MOST_READ - len(subjects))
    try:
        if len(subjects) > MOST_READ:
            raise TooMuch
        piece = await history.piece(subjects)
    except TooMuch:
        detail = "More is recorded than is looked at: try the rules from a later moment on, or fewer kinds at a time."
        raise Invalid.at("/since", "too-much-turns", detail) from None
    until = max(moment.at, since)
    found = await asyncio.to_thread(replay, by, piece, subjects, since, until, (), moment.settle)
    spells = _spells(found.changes.made)
    shown = {rule.id: _first(spells[rule.id]) for rule in rules if rule.shown}
    nodes = await briefs(moment, {each[0].subject for some in shown.values() for each in some})
    return {
        "since": rfc3339(since),
        "rules": [
            {
                "rule": rule.id,
                "title": rule.title,
                "found": len(spells[rule.id]),
                "open": sum(last.resolved_at == FOREVER for _, last in spells[rule.id]),
                "items": [_told(*each, nodes) for each in shown[rule.id]],
            }
            for rule in rules
            if rule.shown
        ],
    }


def _spells(found: Sequence[Finding]) -> Mapping[str, list[tuple[Finding, Finding]]]:
    """By rule the first and the last interval of each finding, from coming up to being resolved."""
    by_spell: dict[tuple[str, datetime], list[Finding]] = defaultdict(list)
    for each in found:
        by_spell[each.id, each.since].append(each)
    spells: dict[str, list[tuple[Finding, Finding]]] = defaultdict(list)
    for some in by_spell.values():
        some.sort(key=lambda each: each.opened_at)
        spells[some[0].rule].append((some[0], some[-1]))
    return spells


def _first(spells: list[tuple[Finding, Finding]]) -> list[tuple[Finding, Finding]]:
    newest = sorted(spells, key=lambda each: (each[0].since, each[0].id), reverse=True)
    return sorted(newest, key=lambda each: each[1].resolved_at < FOREVER)[:_SHOWN]


def _told(first: Finding, last: Finding, nodes: Mapping[str, Json]) -> Json:
    return {
        "subject": nodes[first.subject],
        "severity": Severity(first.severity).name,
        "opened_at": rfc3339(first.since),
        "resolved_at": None if last.resolved_at == FOREVER else rfc3339(last.resolved_at),
        "evidence": last.evidence,
    }
