"""The event envelope, the names in it, and the schema of what it carries."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jsonschema
import orjson
import pytest

from shared.contracts import KINDS, Kind
from shared.contracts.actions import ACTIONS
from shared.contracts.events import EventId, Fact, event_type, schema, topic

ID = "123e4567-e89b-12d3-a456-426614174000"
TYPES = [
    pytest.param(kind, action, id=event_type(service, kind.name, action))
    for service, kinds in KINDS.items()
    for kind in kinds
    for action in ACTIONS
]


@pytest.mark.parametrize("id", [EventId("service_offering", ID, 1, 1), EventId("link", ID, 999_999_999, 10**18 - 1)])
def test_an_event_id_comes_back_as_it_went_out(id: EventId) -> None:
    assert EventId.parse(str(id)) == id


@pytest.mark.parametrize(
    "text",
    ["", "x", f"service:{ID}:1", f"service:{ID}:1.", f"service:{ID}:1.x", f"service:{ID}:-1.1", f"service:{ID}:1.1 ",
     f"service:{ID}:1.1\n", f"Service:{ID}:1.1", f"service:{ID.upper()}:1.1", f"service:{ID[:-1]}:1.1", f":{ID}:1.1",
     f"service:{ID}:1.{'9' * 19}", f"service:{ID}:1.١", f"service:{ID}:1_0.1", None, 5],
)  # fmt: skip
def test_anything_else_is_no_event_id(text: Any) -> None:
    with pytest.raises(ValueError, match="an event id is"):
        EventId.parse(text)


def fact(**members: Any) -> Fact:
    given: dict[str, Any] = {
        "service": "catalog", "position": 7, "epoch": 1, "kind": "service", "id": ID, "version": 3,
        "recorded_at": datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC), "action": "changed", "actor": 'a "person"',
        "correlation_id": "c", "causation_id": None, "data": '{"state":{"a":1.0},"changed":[]}',
    }  # fmt: skip
    return Fact(**given | members)


def test_an_envelope_is_a_cloud_event() -> None:
    assert orjson.loads(fact().envelope()) == {
        "specversion": "1.0",
        "id": f"service:{ID}:1.3",
        "source": "/catalog",
        "type": "plumbline.catalog.service.changed",
        "subject": f"service/{ID}",
        "time": "2026-01-02T03:04:05.000060Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:plumbline:schema:plumbline.catalog.service.changed:1",
        "aggregateversion": 3,
        "epoch": 1,
        "position": 7,
        "correlationid": "c",
        "actor": 'a "person"',
        "data": {"state": {"a": 1.0}, "changed": []},
    }


def test_what_caused_it_is_told_when_it_is_known() -> None:
    assert orjson.loads(fact(causation_id="x").envelope())["causationid"] == "x"


def test_the_trace_is_told_when_there_is_one() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert orjson.loads(fact(traceparent=trace).envelope())["traceparent"] == trace


def test_data_is_passed_on_untouched() -> None:
    assert fact(data='{"b": 1.00,"a":2}').envelope().endswith(b',"data":{"b": 1.00,"a":2}}')


def test_all_versions_of_an_entity_have_one_key_and_one_topic() -> None:
    assert fact().key == fact(version=4).key == f"service:{ID}"
    assert topic("catalog") == "plumbline.catalog.v1"


NEEDED: dict[str, dict[str, Any]] = {
    "design_package": {"service_id": UUID(ID)},
    "role_assignment": {
        "party_id": UUID(ID),
        "role_id": UUID(ID),
        "scope": {"kind": "process", "id": UUID(ID)},
    },
    "activity": {"process_id": UUID(ID)},
    "handoff": {"from_activity_id": UUID(ID), "to_activity_id": UUID(ID)},
    "measurement": {"kpi_id": UUID(ID), "value": 1.0, "at": datetime(2026, 1, 1, tzinfo=UTC)},
}
"""Members without which there is none of a kind, besides its name."""


def example(kind: Kind) -> dict[str, Any]:
    """The smallest state of a kind, as an event carries it."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    own: dict[str, Any] = {"key": "k", "name": "N"} | NEEDED.get(kind.name, {})
    if kind.is_link:
        own = {
            "type": "supports",
            "source": {"kind": "strategy", "id": UUID(ID)},
            "target": {"kind": "strategy", "id": UUID(ID)},
        }
    stamp = {"created_at": moment, "created_by": "x", "updated_at": moment, "updated_by": "x"}
    state = kind.model.model_validate(own | stamp | {"id": UUID(ID), "state": kind.lifecycle.initial, "version": 1})
    return state.model_dump(mode="json")


@pytest.mark.parametrize(("kind", "action"), TYPES)
def test_data_fits_its_schema(kind: Kind, action: str) -> None:
    described = schema(kind, action)
    jsonschema.Draft202012Validator.check_schema(described)
    validator = jsonschema.Draft202012Validator(described)
    data: dict[str, Any] = {"state": example(kind), "changed": []} | ({"deleted": True} if action == "deleted" else {})
    validator.validate(data)
    for broken in ({}, data | {"state": {}}, data | {"changed": "name"}, data | {"state": data["state"] | {"id": 5}}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(broken)
