"""What an event says of itself, held against where it came from and against its owner's changes. Nothing here does I/O.

Whoever may write to a topic may write anything there. So the topic only says that there is something new; what it is
say the owner's ``/changes``, and an event that they do not confirm is a dead letter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.alignment.view.poison import Poison, document, member, readable
from services.alignment.view.projection import Projected, heading, id_of, project
from shared.contracts.actions import ACTIONS
from shared.contracts.events import EventId, event_type

SKEW = timedelta(minutes=5)
"""How far the clock of an owner may be ahead of ours."""
OTHER_CONTENT = "the owner's changes have something else at this position"
_SORTED = orjson.OPT_SORT_KEYS
_ESSENCE = ("id", "source", "type", "subject", "time", "position", "actor", "data")


@dataclass(frozen=True, slots=True)
class Head:
    """How far an owner is: everything recorded until ``recorded_until`` has a position of at most ``position``."""

    position: int
    epoch: int
    recorded_until: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """An event as a topic brought it, from ``place``, without its rows: those are the owner's to tell."""

    event: Projected
    content: Mapping[str, Any]
    place: str
    value: bytes

    @property
    def position(self) -> int:
        return self.event.position


def claim(service: str, key: bytes | None, value: bytes | None, place: str, now: datetime) -> Claim:
    """An entry of the topic of this service. Raises Poison."""

    def made() -> Claim:
        content = document(value)
        id = _agreeing(content, service)
        if key != f"{id.kind}:{id.id}".encode():
            raise Poison("the key of the record is not that of its event")
        event = heading(content)
        _check_time(event, now)
        return Claim(event, content, place, value or b"")

    return readable(made)


def change(service: str, content: Any, position: int, head: Head, now: datetime) -> Projected:
    """The row that an owner has at a position of its changes. Raises Poison."""

    def made() -> Projected:
        id = _agreeing(content, service)
        event = project(content)
        if event.position != position or position > head.position:
            raise Poison(f"its position is not {position}, or lies beyond the owner's head")
        if id.epoch > head.epoch:
            raise Poison(f"its epoch is {id.epoch}, and the owner's is {head.epoch}")
        _check_time(event, now)
        return event

    return readable(made)


def _agreeing(content: Any, service: str) -> EventId:
    """The id of an event all of whose attributes say the same, and which belongs to this service."""
    id = id_of(content)
    data = member(content, "data", dict)
    try:
        orjson.dumps(data)  # reads deeper than it writes: what cannot be written again cannot be stored
    except TypeError:
        raise Poison("its data is nested too deeply, or holds what is no Unicode text or too large a number") from None
    deleted = data.get("deleted") is True
    expected = {
        "specversion": "1.0",
        "source": f"/{service}",
        "subject": f"{id.kind}/{id.id}",
        "aggregateversion": id.version,
        "epoch": id.epoch,
    }
    for name, value in expected.items():
        if content.get(name) != value or type(content[name]) is not type(value):
            raise Poison(f"its {name} is not {value!r}")
    types = [event_type(service, id.kind, action) for action in ACTIONS if (action == "deleted") == deleted]
    if content.get("type") not in types:
        raise Poison(f"its type is none of {', '.join(types)}")
    return id


def _check_time(event: Projected, now: datetime) -> None:
    if not is_past(event.recorded_at, now):
        raise Poison(f"its time lies in the future: {event.recorded_at.isoformat()}")


def is_past(at: datetime, now: datetime) -> bool:
    """As far as the clocks of two machines can tell."""
    return at <= now + SKEW


def refusal(claim: Claim, content: Mapping[str, Any] | None, head: Head) -> str | None:
    """Why an event is not its owner's, who was asked after it had come; None if it is.

    ``content`` is the owner's row at its position, if that is known.
    """
    event = claim.event
    if event.position > head.position:
        return f"its position is {event.position}, and the owner's head is {head.position}"
    if content is None or same(claim.content, content):
        return None
    if event.event.epoch != head.epoch:
        return f"its epoch is {event.event.epoch}, and the owner's is {head.epoch}"
    return OTHER_CONTENT


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two readable events say the same, whatever else they carry."""
    # as a rule both were written by the same program, so that their members are in the same order as well
    return _essence(one, 0) == _essence(other, 0) or _essence(one, _SORTED) == _essence(other, _SORTED)


def _essence(content: Mapping[str, Any], option: int) -> bytes:
    return orjson.dumps([content.get(name) for name in _ESSENCE], option=option)
