"""Transitions that owners will make by their clocks, as the contracts of kinds declare them: known today, and recorded
then. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from services.alignment.judge.standing import Version
from shared.clock import rfc3339
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind

CLOCKED = frozenset(kind.name for kind in NODE_KINDS.values() if kind.timed)
"""Kinds of which an owner's clock moves any."""
IN_MEMBERS = {
    (kind.name, state, timed.at)
    for kind in NODE_KINDS.values()
    for timed in kind.timed
    if timed.at not in ("valid_from", "valid_to")
    for state in (timed.state, timed.to)
}
"""Kind, state and member of those that are due, or have been moved, at an instant which is no end of a validity."""


def scheduled(versions: Iterable[Version], after: datetime, until: datetime) -> list[Version]:
    """What will be recorded after the one instant and until the other, in order, unless an owner refuses it."""
    found = [each for version in versions for each in _of(version, after, until)]
    return sorted(found, key=lambda each: (each.recorded_at, each.order))


def _of(version: Version, after: datetime, until: datetime) -> Iterator[Version]:
    kind, last = NODE_KINDS.get(version.ref.partition("/")[0]), None
    while kind and not version.deleted and (due := _next(kind, version, after, last)) and due[0] <= until:
        last, state = due
        epoch, number = version.order
        live = kind.is_live(state)
        members = {**version.members, "updated_at": rfc3339(last)}
        version = version._replace(
            state=state, has_live_state=live, order=(epoch, number + 1), recorded_at=last, members=members
        )
        yield version


def _next(kind: Kind, version: Version, after: datetime, last: datetime | None) -> tuple[datetime, str] | None:
    """When it moves to which state. What was due before has not been moved for some reason, and stays; but for what
    became due before it came to its state."""
    due = [
        (instant if last is None else max(instant, last), timed.to)
        for timed in kind.timed
        if timed.state == version.state and (instant := _instant(version.members, timed.at)) is not None
        if last is not None or instant > after
    ]
    return min(due, default=None)


def _instant(members: Mapping[str, Any], path: str) -> datetime | None:
    found: Any = members
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return datetime.fromisoformat(found).astimezone(UTC) if found else None
