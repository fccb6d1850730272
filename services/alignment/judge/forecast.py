"""What is open at another valid time than that of the present, with what is known at an instant: the instants that are
due in between are played on a piece of the present from the tables. Nothing is written, and nobody has to lead."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.findings import Finding
from services.alignment.judge.history import History
from services.alignment.judge.present import PLAN
from services.alignment.judge.replay import Foreseen, Times, foresee
from services.alignment.judge.standing import Version
from shared.clock import FOREVER

MOST_READ = 50_000
"""Rows that one forecast reads."""


@dataclass(frozen=True)
class Turned:
    """By id what is open at the instant that is known and not, or not like that, at the valid time; and the reverse.
    ``moved`` are the versions that owners' clocks will record until then, in order."""

    gone: Mapping[str, Finding] = field(default_factory=dict)
    come: Mapping[str, Finding] = field(default_factory=dict)
    moved: Sequence[Version] = ()


async def turned(connection: AsyncConnection, generation: int, times: Times) -> Turned:
    """All findings that what is due changes. Raises TooMuch where too much would have to be read for it."""
    history = History(connection, generation, times.known_at, PLAN, MOST_READ)
    changed = await history.turning(*sorted((times.known_at, times.valid_at)))
    if not changed:
        return Turned()
    subjects = await history.reached(changed)
    known, foreseen = await _foreseen(history, subjects, times)
    then = {each.id: each for each in foreseen.open}
    return Turned(
        {id: finding for id, finding in known.items() if then.get(id) != finding},
        {id: finding for id, finding in then.items() if known.get(id) != finding},
        foreseen.moved,
    )


async def about(connection: AsyncConnection, generation: int, times: Times, subjects: set[str]) -> list[Finding]:
    """The findings about some entities that are open at the valid time. Raises TooMuch as well."""
    history = History(connection, generation, times.known_at, PLAN, MOST_READ)
    _, foreseen = await _foreseen(history, subjects, times)
    return foreseen.open


async def _foreseen(history: History, subjects: set[str], times: Times) -> tuple[dict[str, Finding], Foreseen]:
    """What is open of the subjects at the instant that is known, by id, and what at the valid time."""
    piece = await history.piece(subjects)
    stored = [each for each in await history.findings(subjects) if each.opened_at <= times.known_at]
    known = {each.id: each._replace(resolved_at=FOREVER) for each in stored}
    return known, await asyncio.to_thread(foresee, PLAN, piece, subjects, times, known.values())
