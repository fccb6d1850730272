"""What an event says of itself is held against where it came from; what differs is poison, and says in what."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.alignment.follow import trust
from services.alignment.follow.trust import Head
from services.alignment.view.poison import Poison

ID, OTHER = "123e4567-e89b-12d3-a456-426614174000", "00000000-0000-4000-8000-000000000001"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HEAD = Head(9, 1, NOW)


def event(kind: str = "tactic", service: str = "strategy", **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{kind}:{ID}:1.3",
        "source": f"/{service}",
        "type": f"plumbline.{service}.{kind}.changed",
        "subject": f"{kind}/{ID}",
        "time": "2026-01-02T03:04:05Z",
        "aggregateversion": 3,
        "epoch": 1,
        "position": 9,
        "actor": "x",
        "data": {"state": {"id": ID, "kind": kind, "version": 3, "state": "draft", "name": "N"}, "changed": []},
    } | more


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def state(**more: Any) -> dict[str, Any]:
    data: dict[str, Any] = event()["data"]
    return data | {"state": data["state"] | more}


def claimed(content: Any, key: bytes | None = f"tactic:{ID}".encode(), service: str = "strategy") -> trust.Claim:
    return trust.claim(service, key, orjson.dumps(content), "here", NOW)


def test_what_agrees_is_read() -> None:
    claim = claimed(event())
    assert (claim.event.ref, claim.event.order, claim.position) == (f"tactic/{ID}", (1, 3), 9)
    assert trust.change("strategy", event(), 9, HEAD, NOW).order == (1, 3)


DISAGREEING = {
    "source of another": {"source": "/catalog"},
    "no source": {"source": None},
    "source as a list": {"source": ["/strategy"]},
    "another version of the envelope": {"specversion": "0.3"},
    "subject of another": {"subject": f"tactic/{OTHER}"},
    "subject of another kind": {"subject": f"objective/{ID}"},
    "type of another service": {"type": "plumbline.catalog.tactic.changed"},
    "type of another kind": {"type": "plumbline.strategy.objective.changed"},
    "type of no action": {"type": "plumbline.strategy.tactic.approved"},
    "type of a deletion": {"type": "plumbline.strategy.tactic.deleted"},
    "a deletion of another type": {"data": state() | {"deleted": True}},
    "another version": {"aggregateversion": 4},
    "version as text": {"aggregateversion": "3"},
    "version true": {"id": f"tactic:{ID}:1.1", "aggregateversion": True},
    "negative version": {"id": f"tactic:{ID}:1.-1", "aggregateversion": -1},
    "huge version": {"id": f"tactic:{ID}:1.{2**55}", "aggregateversion": 2**55},
    "version of no bits": {"aggregateversion": 10**30},
    "another epoch": {"epoch": 2},
    "epoch of no number": {"epoch": 1.0},
    "state of another": {"data": state(id=OTHER)},
    "time to come": {"time": "2026-01-02T03:09:06Z"},
    "time at the end": {"time": "9998-12-31T23:59:59Z"},
    "time past the end": {"time": "9999-12-31T23:59:59-10:00"},
    "time before the beginning": {"time": "0001-01-01T00:00:00+10:00"},
    "time as a number": {"time": 5},
    "time with a line break": {"time": "2026-01-02\n"},
    "half a surrogate": {"time": "\\ud800"},
    "position of no number": {"position": "9"},
    "position 0": {"position": 0},
    "position of no bits": {"position": 2**64 - 1},
    "data as a list": {"data": [1]},
    "deep": {"data": state(description=nested(300))},
    "deep beside the state": {"data": state() | {"more": nested(300)}},
}


def written(content: dict[str, Any]) -> bytes:
    """Also what orjson would not write."""
    return json.dumps(content).replace("\\\\ud800", "\\ud800").encode()


@pytest.mark.parametrize("changed", DISAGREEING.values(), ids=DISAGREEING)
def test_what_disagrees_is_poison_on_a_topic_and_in_changes(changed: dict[str, Any]) -> None:
    content = event(**changed)
    with pytest.raises(Poison):
        trust.claim("strategy", f"tactic:{ID}".encode(), written(content), "here", NOW)
    with pytest.raises(Poison):
        trust.change("strategy", content, 9, HEAD, NOW)


def test_a_clock_may_be_a_little_ahead() -> None:
    assert claimed(event(time="2026-01-02T03:09:05Z")).event.recorded_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("key", [None, b"", b"k", f"tactic:{OTHER}".encode(), f"objective:{ID}".encode(), b"\xff"])
def test_the_key_is_that_of_the_event(key: bytes | None) -> None:
    with pytest.raises(Poison, match="key"):
        claimed(event(), key)


@pytest.mark.parametrize("service", ["catalog", "roles"])
def test_what_is_true_on_one_topic_is_poison_on_another(service: str) -> None:
    with pytest.raises(Poison, match="source"):
        claimed(event(), service=service)


def test_a_kind_belongs_to_its_service_whatever_the_source_says() -> None:
    with pytest.raises(Poison):
        claimed(event("service", "strategy"), f"service:{ID}".encode())


def test_a_row_is_at_the_position_that_was_asked_for() -> None:
    for position, head in ((8, HEAD), (10, HEAD), (9, Head(8, 1, NOW))):
        with pytest.raises(Poison, match="position"):
            trust.change("strategy", event(), position, head, NOW)


def test_a_row_may_be_of_an_earlier_epoch_and_never_of_a_later_one() -> None:
    trust.change("strategy", event(), 9, Head(9, 2, NOW), NOW)
    with pytest.raises(Poison, match="epoch"):
        trust.change("strategy", event(id=f"tactic:{ID}:2.3", epoch=2), 9, HEAD, NOW)


@pytest.mark.parametrize(
    ("mine", "owners", "reason"),
    [
        ({}, event(), None),
        ({}, event(correlationid="another", dataschema="of a later release"), None),
        ({}, None, None),
        ({"position": 10}, None, "position is 10"),
        ({"time": "2026-01-02T03:04:04Z"}, event(), "something else"),
        ({"data": state(name="Forged")}, event(), "something else"),
        ({"actor": "mallory"}, event(), "something else"),
        ({"id": f"tactic:{ID}:5.3", "epoch": 5}, event(), "epoch is 5"),
    ],
)
def test_the_owner_decides(mine: dict[str, Any], owners: dict[str, Any] | None, reason: str | None) -> None:
    told = trust.refusal(claimed(event(**mine)), owners, HEAD)
    assert told is None if reason is None else reason in (told or "")


def without(name: str) -> dict[str, Any]:
    return {each: value for each, value in event().items() if each != name}


UNREADABLE: dict[str, tuple[bytes | None, str]] = {
    "nothing": (None, "it is empty"),
    "text of no bytes": (b"", "it is empty"),
    "half": (b"{", "it is not JSON: unexpected end of data: line 1 column 2 (char 1)"),
    "not utf-8": (b"\xff\xfe", "it is not UTF-8"),
    "deep": (b"[" * 2000, "it is not JSON: "),
    "null": (b"null", "it is no JSON object"),
    "number": (b"7", "it is no JSON object"),
    "list": (b"[]", "it is no JSON object"),
    "empty": (b"{}", "it has no id"),
    "no id": (orjson.dumps(without("id")), "it has no id"),
    "id of null": (orjson.dumps(event(id=None)), "its id is not text"),
    "strange id": (orjson.dumps(event(id="me")), "its id is not <kind>:<id>:<epoch>.<version>"),
    "no data": (orjson.dumps(without("data")), "it has no data"),
    "data as a list": (orjson.dumps(event(data=[])), "its data is not a JSON object"),
    "no state": (orjson.dumps(event(data={})), "its data has no state"),
    "state as text": (orjson.dumps(event(data={"state": "x"})), "the state of its data is not a JSON object"),
    "no position": (orjson.dumps(without("position")), "it has no position"),
    "position as text": (orjson.dumps(event(position="9")), "its position is not a whole number"),
    "no time": (orjson.dumps(without("time")), "it has no time"),
    "time of null": (orjson.dumps(event(time=None)), "it has no time"),
    "soon": (orjson.dumps(event(time="soon")), "its time is no instant"),
    "a number for a time": (orjson.dumps(event(time=5)), "its time is no instant"),
    "of another version": (orjson.dumps(event(data=state(version=4))), "it and its state are not of the same version"),
    "version as text": (orjson.dumps(event(data=state(version="3"))), "the version of its state is not a whole number"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_reason_is_plain_english(name: str) -> None:
    raw, reason = UNREADABLE[name]
    with pytest.raises(Poison) as raised:
        trust.claim("strategy", f"tactic:{ID}".encode(), raw, "here", NOW)
    told = str(raised.value)
    assert told.startswith(reason) if reason.endswith(": ") else told == reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"valid_from": "soon"}, "its valid_from is no instant"),
        ({"criticality": 2**40}, "its criticality is of another type, or too large, or holds a NUL"),
        ({"name": "a\x00"}, "its name is of another type, or too large, or holds a NUL"),
        ({"owner": 5}, "a member of its state is missing, or is of another type or size than it may be"),
    ],
)
def test_so_is_that_of_a_row(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(Poison) as raised:
        trust.change("strategy", event(data=state(**said)), 9, HEAD, NOW)
    assert str(raised.value) == reason
