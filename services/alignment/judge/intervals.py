"""Findings, kept up incrementally and exact in time: each has the intervals in which its rule was broken.

A change is looked at where it can matter: at the entities it touches, at their neighbours over relations that rules
follow, and at everything below them. For each of these subjects the rules run at every instant, from the change on, at
which something around the subject turns; so when a finding opened does not depend on the order in which events arrive,
and a recomputation from the whole history comes to the same rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.checks import Evidence, Judge
from services.alignment.judge.graph import Graph, History
from services.alignment.judge.loader import load_history
from services.alignment.judge.rule import Rule
from services.alignment.judge.rules import RULES
from services.alignment.models import FINDING
from shared.arrays import any_of, chunks
from shared.clock import FOREVER
from shared.db import MOMENT

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:plumbline:finding")
_SUBJECTS_AT_ONCE = 300
_REMEMBERED = 1000


@dataclass(frozen=True)
class Spell:
    """One interval in which a finding stayed as it is; ``since`` is when it came up, graver or not."""

    id: str
    rule: str
    subject: str
    severity: int
    evidence: Evidence
    opened_at: datetime
    resolved_at: datetime
    since: datetime

    def says_the_same_as(self, other: "Spell") -> bool:
        return (self.severity, self.evidence) == (other.severity, other.evidence)


def judged(rule: Rule, judge: Judge, graph: Graph, subject: str) -> Iterator[tuple[str, int, Evidence]]:
    """What is wrong with a subject at one moment, as ``(id, severity, evidence)``."""
    node = graph.node(subject)
    if node and rule.looks_at(node, graph):
        for evidence in judge(node, graph):
            yield finding_id(rule.id, subject, evidence), rule.severity_for(node.criticality), evidence


@cache
def _rules_about(kind: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES.values() if kind in rule.kinds)


def finding_id(rule: str, subject: str, evidence: Evidence) -> str:
    """The same finding has the same id after a rebuild, and when it opens again."""
    end = evidence.get("missing") or evidence.get("deleted") or "" if "edge" in evidence else ""
    return _hashed(f"{rule} {subject} {evidence.get('edge', '')} {end}")


# the same one is asked about at every turn of its subject
@lru_cache(maxsize=_REMEMBERED)
def _hashed(name: str) -> str:
    return str(uuid5(_NAMESPACE, name))


def spells(history: History, subject: str, since: datetime, until: datetime) -> list[Spell]:
    """The intervals from ``since`` on; one that still holds at ``until`` ends FOREVER."""
    begun = max(since, min((node.span.recorded_from for node in history.nodes[subject]), default=until))
    own = history.turns(refs=[subject])
    found: list[Spell] = []
    for rule in _rules_about(subject.partition("/")[0]):
        for matter in rule.check.matters(history, subject):
            instants = sorted({begun} | {turn for turn in own.union(matter.instants) if begun < turn <= until})
            found += _in_turn(rule, matter.judge, subject, map(history.at, instants))
    return found


def _in_turn(rule: Rule, judge: Judge, subject: str, graphs: Iterable[Graph]) -> list[Spell]:
    open_: dict[str, Spell] = {}
    done: list[Spell] = []
    for graph in graphs:
        now = {id: (severity, evidence) for id, severity, evidence in judged(rule, judge, graph, subject)}
        done += [replace(open_.pop(id), resolved_at=graph.moment) for id in open_.keys() - now.keys()]
        for id, (severity, evidence) in now.items():
            before = open_.get(id)
            since = before.since if before else graph.moment
            fresh = Spell(id, rule.id, subject, severity, evidence, graph.moment, FOREVER, since)
            if before is None or not before.says_the_same_as(fresh):
                done += [replace(before, resolved_at=graph.moment)] if before else []
                open_[id] = fresh
    return done + list(open_.values())


def stitch(stored: Iterable[Spell], fresh: Iterable[Spell], since: datetime) -> list[Spell]:
    """What was known of the time before ``since``, joined to what is now known of the time after."""
    before = {spell.id: spell for spell in stored if spell.opened_at < since <= spell.resolved_at}
    joined, went_on = [], set()
    for spell in fresh:
        old = before.get(spell.id) if spell.since == since else None
        if old and spell.opened_at == since and spell.says_the_same_as(old):
            went_on.add(old.id)
            joined.append(replace(spell, opened_at=old.opened_at, since=old.since))
        else:
            joined.append(replace(spell, since=old.since) if old else spell)
    return joined + [replace(spell, resolved_at=since) for spell in before.values() if spell.id not in went_on]


async def refresh(
    connection: AsyncConnection, generation: int, subjects: Iterable[str], since: datetime, until: datetime
) -> None:
    """Bring the findings of some subjects up to date, from ``since`` on."""
    for some in chunks(sorted(subjects), _SUBJECTS_AT_ONCE):
        history = await load_history(connection, generation, some, since)
        known = await _stored(connection, generation, some, since)
        wanted = [
            spell
            for subject in some
            for spell in stitch(known.get(subject, ()), spells(history, subject, since, until), since)
        ]
        await _save(connection, generation, [spell for spells in known.values() for spell in spells], wanted)


_STORED = select(FINDING).where(
    FINDING.c.generation == bindparam("at"),
    any_of(FINDING.c.subject, "subjects"),
    FINDING.c.resolved_at >= bindparam("since", type_=MOMENT),
)


async def _stored(
    connection: AsyncConnection, generation: int, subjects: list[str], since: datetime
) -> dict[str, list[Spell]]:
    """Intervals that reach ``since`` or lie after it; those before it can not change any more."""
    found: dict[str, list[Spell]] = defaultdict(list)
    for row in await connection.execute(_STORED, {"at": generation, "subjects": subjects, "since": since}):
        spell = Spell(
            row.id, row.rule, row.subject, row.severity, row.evidence, *(row.opened_at, row.resolved_at, row.since)
        )
        found[row.subject].append(spell)
    return found


_GONE = delete(FINDING).where(
    FINDING.c.generation == bindparam("at"),
    FINDING.c.id == bindparam("which"),
    FINDING.c.opened_at == bindparam("since", type_=MOMENT),
)


async def _save(connection: AsyncConnection, generation: int, known: list[Spell], wanted: list[Spell]) -> None:
    """Only what differs is written: most findings outlive most changes."""
    before, after = ({(spell.id, spell.opened_at): spell for spell in spells} for spells in (known, wanted))
    gone = [spell for key, spell in before.items() if after.get(key) != spell]
    new = [spell for key, spell in after.items() if before.get(key) != spell]
    if gone:
        these = [{"at": generation, "which": spell.id, "since": spell.opened_at} for spell in gone]
        await connection.execute(_GONE, these)
    if new:
        await connection.execute(FINDING.insert(), [{"generation": generation, **vars(spell)} for spell in new])
