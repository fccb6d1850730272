"""The slow way: a piece of the past told again, instant by instant, to a judge of its own. Pure.

What was recorded before the newest instant that has been judged changes what was found since. The piece has everything
around its subjects that a rule may look at; what is found of others is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from services.alignment.judge.findings import Changes, Finding
from services.alignment.judge.graph import Edge, Node
from services.alignment.judge.judging import Judge
from services.alignment.judge.plan import Plan
from services.alignment.judge.scheduled import scheduled
from services.alignment.judge.standing import Said, Standing, Version


class Row(NamedTuple):
    """A version of an entity, up to but without the instant at which the next one was recorded."""

    version: Version
    recorded_to: datetime


class Relation(NamedTuple):
    """A relation in one version of what says it."""

    said: Said
    origin: str
    is_link: bool
    recorded_from: datetime
    recorded_to: datetime


@dataclass(frozen=True)
class Piece:
    """``live_since`` says of what is live at the start since when its state has been, where a rule asks for it."""

    rows: Sequence[Row]
    relations: Sequence[Relation]
    live_since: Mapping[str, datetime]


@dataclass(frozen=True)
class Found:
    """What changes of the findings of the subjects, and those of them that are open in the end."""

    changes: Changes
    open: list[Finding]


def replay(
    plan: Plan, piece: Piece, subjects: set[str], start: datetime, until: datetime, known: Iterable[Finding],
    settle: timedelta,
) -> Found:  # fmt: skip
    """Judge the subjects from ``start`` to ``until``; ``known`` are the findings that were open at the start."""
    judge = _begun(plan, piece, subjects, start, start, known, settle)
    for instant, told in _instants(piece, start, until):
        judge.at(instant, told)
    if judge.until is None or judge.until < until:
        judge.turn_to(until)
    found = _of(judge, subjects)
    judge.standing.clear()
    return found


class Times(NamedTuple):
    """``known_at`` is until when what was recorded counts; what owners' clocks will do is later than ``asked_at``."""

    known_at: datetime
    asked_at: datetime
    valid_at: datetime


@dataclass(frozen=True)
class Supposed:
    """What might be recorded: entities in the place of those that are there, and whatever the ``origins``, entities and
    links, would say then in the place of what they say."""

    versions: Sequence[Version] = ()
    origins: frozenset[str] = frozenset()
    relations: Sequence[Relation] = ()

    @property
    def ends(self) -> set[str]:
        return {end for each in self.relations for end in (each.said.source, each.said.target, each.said.holder)}

    @property
    def refs(self) -> set[str]:
        """The entities that would be other than they are, or at an end of what would be said."""
        return {version.ref for version in self.versions} | self.ends


NOTHING = Supposed()


@dataclass(frozen=True)
class Foreseen:
    """What is open at a valid time; ``moved`` are the versions that owners' clocks will record until then, in order;
    ``ended`` says by id when what is known closes."""

    open: list[Finding]
    moved: list[Version]
    ended: Mapping[str, datetime]


def foresee(
    plan: Plan, piece: Piece, subjects: set[str], times: Times, known: Iterable[Finding], supposed: Supposed = NOTHING
) -> Foreseen:
    """The findings of the subjects at the valid time, if nobody records anything but what is supposed; ``known`` are
    those that are open at the instant that is known. What is still to come is judged at each instant at which something
    turns or is moved by an owner's clock; a valid time in the past is judged at that one instant."""
    held, relations = _holding(piece, times.known_at)
    start = min(times.known_at, times.valid_at)
    judge = _begun(plan, piece, subjects, times.known_at, start, known, timedelta(0))
    if supposed.origins:
        judge.at(start, _Told(supposed.versions, supposed.relations, _said_by(supposed.origins, relations)))
    there = {version.ref: version for version in (*held, *supposed.versions)}
    moved = scheduled(there.values(), times.asked_at, times.valid_at)
    for instant, together in groupby(moved, key=attrgetter("recorded_at")):
        judge.at(instant, partial(_tell, rows=[*together], relations=()))
    judge.turn_to(times.valid_at)
    found = _of(judge, subjects)
    judge.standing.clear()
    return Foreseen(found.open, moved, {id: at for (id, _), at in found.changes.ended.items()})


def _begun(
    plan: Plan, piece: Piece, subjects: set[str], recorded: datetime, at: datetime, known: Iterable[Finding],
    settle: timedelta,
) -> Judge:  # fmt: skip
    """A judge of what was recorded by the one instant, as it is at the other."""
    judge = Judge(plan, journaled=False, settle=settle)
    with judge.loading():
        judge.standing.turn_to(at)
        _tell(judge.standing, *_holding(piece, recorded))
        for ref, since in piece.live_since.items():
            judge.standing.live_since(judge.graph.node(ref), since)
        judge.adopt(known)
    judge.judge_all(subjects, at)
    return judge


def _holding(piece: Piece, at: datetime) -> tuple[list[Version], list[tuple[Relation, bool]]]:
    rows = [row.version for row in piece.rows if row.version.recorded_at <= at < row.recorded_to]
    return rows, [(each, True) for each in piece.relations if each.recorded_from <= at < each.recorded_to]


class _Told:
    """What is recorded at one instant; what ends comes before what begins, since most of that goes on."""

    def __init__(
        self, rows: Iterable[Version] = (), begins: Iterable[Relation] = (), ends: Iterable[Relation] = ()
    ) -> None:
        self.rows, self.begins, self.ends = [*rows], [*begins], [*ends]

    def __call__(self, standing: Standing) -> None:
        again = {_key(each) for each in self.begins}
        ended = [(each, False) for each in self.ends if _key(each) not in again]
        _tell(standing, self.rows, [*ended, *((each, True) for each in self.begins)])


def _said_by(origins: frozenset[str], relations: Iterable[tuple[Relation, bool]]) -> list[Relation]:
    return [each for each, _ in relations if each.origin in origins]


def _key(relation: Relation) -> tuple[str, ...]:
    return relation.origin, *relation.said[:3]


def _tell(standing: Standing, rows: Iterable[Version], relations: Iterable[tuple[Relation, bool]]) -> None:
    for version in rows:
        standing.take(version)
    for relation, holds in relations:
        said = relation.said if holds else relation.said._replace(in_force=False)
        standing.relate(said, relation.origin, is_link=relation.is_link)


def _instants(piece: Piece, start: datetime, until: datetime) -> list[tuple[datetime, _Told]]:
    told: dict[datetime, _Told] = defaultdict(_Told)
    for row in piece.rows:
        if start < row.version.recorded_at <= until:
            told[row.version.recorded_at].rows.append(row.version)
    for relation in piece.relations:
        if start < relation.recorded_from <= until:
            told[relation.recorded_from].begins.append(relation)
        if start < relation.recorded_to <= until:
            told[relation.recorded_to].ends.append(relation)
    return sorted(told.items(), key=lambda each: each[0])


def _of(judge: Judge, subjects: set[str]) -> Found:
    things: list[Node | Edge] = [*judge.graph.nodes.values(), *judge.graph.links.values()]
    found = [each.finding for thing in things for each in (thing.open or {}).values()]
    changes = judge.flush()
    changes.made = [each for each in changes.made if each.subject in subjects]
    return Found(changes, [each for each in found if each.subject in subjects])
