"""Versions of a thing: who made each, when, why, and what from what to what, in words."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from services.web.told import Names, Turn, named, turn
from services.web.visit import Visit
from shared.client import path_of
from shared.contracts.answers.lists import History, Version
from shared.contracts.base import Kind
from shared.contracts.instant import moment
from shared.http.pagination import MAX_LIMIT
from shared.refused import Refused

_MOST_KEPT = 20_000
_FOR_MACHINES = frozenset({"provenance", "state_reason"})
_DONE = {"created": "made it", "changed": "changed it", "transitioned": "moved it", "deleted": "deleted it"}


@dataclass(frozen=True)
class Told:
    """A version in words; of the first one all is new, so nothing of it is told."""

    version: Version
    done: str
    turns: Sequence[Turn]


async def versions(visit: Visit, kind: Kind, id: str) -> list[Version]:
    """Until the moment of the page, newest first; none where its owner does not show them. Owners have the oldest
    first, so all pages are read; the oldest of more than are kept are left out."""
    until = moment(visit.place.as_of) if visit.place.as_of else None
    found: deque[Version] = deque(maxlen=_MOST_KEPT)
    cursor = None
    path = f"{path_of(kind, id)}/history"
    while True:
        try:
            page = await visit.now(History, path, limit=MAX_LIMIT, cursor=cursor)
        except Refused:
            break
        found.extend(each for each in page.items if until is None or each.at <= until)
        if not (cursor := page.next_cursor):
            break
    return [*reversed(found)]


def told(kind: Kind, version: Version, names: Names) -> Told:
    first = version.version == 1
    changes = [each for each in version.changes if not first and each.field not in _FOR_MACHINES]
    turns = [turn(kind, each.field, each.from_, each.to, names) for each in changes]
    return Told(version, "corrected its state" if version.corrected else _DONE[version.action], turns)


def mentioned(kind: Kind, some: Sequence[Version]) -> set[str]:
    """What versions name, as ``kind/id``."""
    states = [{each.field: value} for version in some for each in version.changes for value in (each.from_, each.to)]
    return {ref for state in states for ref in named(kind, state)}
