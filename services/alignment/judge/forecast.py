"""What is open at another valid time than that of the present, with what is known at an instant: the instants that are
due in between are played on a piece of the present from the tables. Nothing is written, and nobody has to lead."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.findings import Finding
from services.alignment.judge.garbage import unsearched
from services.alignment.judge.history import History
from services.alignment.judge.in_force import InForce
from services.alignment.judge.replay import NOTHING, Supposed, Times, foresee
from services.alignment.judge.standing import Version
from shared.clock import FOREVER

MOST_READ = 30_000
"""Rows that one forecast reads: about as many as take a second."""


@dataclass(frozen=True)
class Turned:
    """By id what is open at the instant that is known and not, or not like that, at the valid time; and the reverse.
    ``moved`` are the versions that owners' clocks will record until then, in order, ``ended`` says when what is
    ``gone`` closes; ``supposed`` has what is supposed, as it is then, and ``edges`` how many relations there are more
    by that, by whether they are links."""

    gone: Mapping[str, Finding] = field(default_factory=dict)
    come: Mapping[str, Finding] = field(default_factory=dict)
    moved: Sequence[Version] = ()
    supposed: Mapping[str, Version] = field(default_factory=dict)
    edges: Mapping[bool, int] = field(default_factory=dict)
    ended: Mapping[str, datetime] = field(default_factory=dict)


async def turned(
    connection: AsyncConnection, generation: int, rules: InForce, times: Times, supposed: Supposed = NOTHING
) -> Turned:
    """All findings that what is due changes, and what is supposed; ``rules`` are in force at the instant that is known.
    Raises TooMuch where too much would have to be read for it."""
    history = History.known(connection, generation, times, rules.plan, MOST_READ)
    span = sorted((times.known_at, times.valid_at))
    subjects = await history.reached(await history.turning(*span) | supposed.refs)
    turned = await _foreseen(history, subjects, times, supposed)
    # that something grows old is seen by no rule about anything else, and by few about itself
    aged = await history.ageing(*span) - subjects
    younger = History.known(connection, generation, times, rules.of_age, history.room)
    of_age = await _foreseen(younger, aged, times)
    known, then = turned.known | of_age.known, turned.then | of_age.then
    return Turned(
        {id: finding for id, finding in known.items() if then.get(id) != finding},
        {id: finding for id, finding in then.items() if known.get(id) != finding},
        turned.moved,
        {version.ref: version for version in (*supposed.versions, *turned.moved) if version.ref in supposed.origins},
        ended={**of_age.ended, **turned.ended},
    )


async def about(
    connection: AsyncConnection, generation: int, rules: InForce, times: Times, subjects: set[str]
) -> list[Finding]:
    """The findings about some entities that are open at the valid time. Raises TooMuch as well."""
    found = await _foreseen(History.known(connection, generation, times, rules.plan, MOST_READ), subjects, times)
    return list(found.then.values())


class _Found(NamedTuple):
    """What is open at the instant that is known, and at the valid time."""

    known: dict[str, Finding]
    then: dict[str, Finding]
    moved: Sequence[Version]
    ended: Mapping[str, datetime]


async def _foreseen(history: History, subjects: set[str], times: Times, supposed: Supposed = NOTHING) -> _Found:
    """By the rules of the history's plan."""
    if not subjects:
        return _Found({}, {}, (), {})
    rules = {rule.id for rule in history.plan.rules}
    with unsearched():
        piece = await history.piece(subjects, supposed.ends)
        stored = [each for each in await history.findings(subjects) if each.opened_at <= times.known_at]
        known = {each.id: each._replace(resolved_at=FOREVER) for each in stored if each.rule in rules}
        found = await asyncio.to_thread(foresee, history.plan, piece, subjects, times, known.values(), supposed)
        del piece
    return _Found(known, {each.id: each for each in found.open}, found.moved, found.ended)
