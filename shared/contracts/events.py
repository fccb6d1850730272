"""The event envelope: one CloudEvents 1.0 document per version of an entity, carrying its whole state."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from shared.clock import rfc3339
from shared.contracts.actions import ACTIONS, Told
from shared.contracts.base import Kind

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
"""Of a message: by it others' tools know how to read it."""
SCHEMA_VERSION = 1
PARTITIONS = 12
_ID = re.compile(r"([a-z_]{1,40}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{1,9})\.(\d{1,18})", re.ASCII)


class EventId(NamedTuple):
    """``<kind>:<id>:<epoch>.<version>``, the name of one version of one entity."""

    kind: str
    id: str
    epoch: int
    version: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}:{self.epoch}.{self.version}"

    @classmethod
    def parse(cls, text: str) -> "EventId":
        """Raises ValueError for anything that is not an event id."""
        match = _ID.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ValueError("an event id is <kind>:<id>:<epoch>.<version>")
        kind, id_, epoch, version = match.groups()
        return cls(kind, id_, int(epoch), int(version))


def topic(service: str) -> str:
    return f"plumbline.{service}.v1"


def event_type(service: str, kind: str, action: str) -> str:
    return f"plumbline.{service}.{kind}.{action}"


def schema_urn(type_: str) -> str:
    return f"urn:plumbline:schema:{type_}:{SCHEMA_VERSION}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded version, as the change table keeps it. ``data`` is JSON text, passed on untouched."""

    service: str
    position: int
    epoch: int
    kind: str
    id: str
    version: int
    recorded_at: datetime
    action: str
    actor: str
    correlation_id: str
    causation_id: str | None
    data: str
    traceparent: str | None = None
    means: str | None = None

    @property
    def event_id(self) -> EventId:
        return EventId(self.kind, self.id, self.epoch, self.version)

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"

    def envelope(self) -> bytes:
        """The CloudEvents document in structured mode."""
        type_ = event_type(self.service, self.kind, self.action)
        head = orjson.dumps(
            {
                "specversion": "1.0",
                "id": str(self.event_id),
                "source": f"/{self.service}",
                "type": type_,
                "subject": f"{self.kind}/{self.id}",
                "time": rfc3339(self.recorded_at),
                "datacontenttype": "application/json",
                "dataschema": schema_urn(type_),
                "aggregateversion": self.version,
                "epoch": self.epoch,
                "position": self.position,
                "correlationid": self.correlation_id,
                **({"causationid": self.causation_id} if self.causation_id else {}),
                # the trace in which the change was made, as CloudEvents' extension for distributed tracing has it
                **({"traceparent": self.traceparent} if self.traceparent else {}),
                "actor": self.actor,
                **({"means": self.means} if self.means else {}),
            }
        )
        return head[:-1] + b',"data":' + self.data.encode() + b"}"


def kind_schema(kind: Kind | Told) -> dict[str, Any]:
    """The JSON Schema of what the ``data`` of all events of a kind has: ``state`` and ``changed``. Open: a reader must
    bear members that come later."""
    state = kind.model.model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
    definitions = {name: _opened(part) for name, part in state.pop("$defs", {}).items()}
    name = f"plumbline.{kind.service}.{kind.name}"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_urn(name),
        "title": name,
        "type": "object",
        "properties": {
            "state": {"$ref": f"#/$defs/{state['title']}"},
            "changed": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["state", "changed"],
        "$defs": {**definitions, state["title"]: _opened(state)},
    }


_MARKS: Mapping[str, dict[str, Any]] = {
    "changed": {"corrected": {"type": "boolean", "default": False}},
    "deleted": {"deleted": {"const": True}},
}
"""What the data of some actions has besides."""


def schema(kind: Kind | Told, action: str) -> dict[str, Any]:
    """The JSON Schema of the ``data`` of one event type: that of its kind, with what the action has besides."""
    of_kind, type_ = kind_schema(kind), event_type(kind.service, kind.name, action)
    marks = _MARKS.get(action, {}) if kind.actions == ACTIONS else {}
    demanded = [name for name, mark in marks.items() if "const" in mark]
    return {
        **of_kind,
        "$id": schema_urn(type_),
        "title": type_,
        "properties": of_kind["properties"] | marks,
        "required": of_kind["required"] + demanded,
    }


def _opened(part: Mapping[str, Any]) -> dict[str, Any]:
    """What an owner refuses in a body, a reader of its events lets pass."""
    return {name: value for name, value in part.items() if (name, value) != ("additionalProperties", False)}
