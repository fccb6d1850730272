"""What a service says of its events: AsyncAPI and JSON Schemas."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from shared.contracts import PUBLISHED
from shared.contracts.events import CONTENT_TYPE, PARTITIONS, event_type, schema, topic
from shared.contracts.means import MEANS

_COMPONENTS = "#/components/schemas/"
_DEFINITIONS = "#/$defs/"


@cache
def event_schemas(service: str) -> dict[str, dict[str, Any]]:
    """The JSON Schema of every event type of a service; made when first asked for, since that takes a while."""
    kinds = PUBLISHED[service]
    return {event_type(service, kind.name, action): schema(kind, action) for kind in kinds for action in kind.actions}


def asyncapi(service: str, schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An AsyncAPI 3 document that needs no other: one channel, one message per event type, and their schemas."""
    messages = {type_: _message(service, type_) for type_ in schemas}
    channel = {
        "address": topic(service),
        "messages": messages,
        "bindings": {"kafka": {"topic": topic(service), "partitions": PARTITIONS}},
    }
    operation = {"action": "send", "channel": {"$ref": "#/channels/changes"}, "summary": "Every change, once durable"}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Plumbline {service}", "version": "1"},
        "defaultContentType": CONTENT_TYPE,
        "channels": {"changes": channel} if schemas else {},
        "operations": {"publishChange": operation} if schemas else {},
        "components": {"schemas": _bundled(schemas)},
    }


def _bundled(schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The schema of each type, and what these share, as parts of one document."""
    parts: dict[str, Any] = {}
    for type_, whole in schemas.items():
        parts |= {name: _within_components(part) for name, part in whole["$defs"].items()}
        # by an address of its own its references would be looked for there
        own = {name: value for name, value in whole.items() if name not in ("$schema", "$id", "$defs")}
        parts[type_] = _within_components(own)
    return parts


def _within_components(part: Any) -> Any:
    """With references into the document. A discriminator is left out: AsyncAPI means something else by it, and the
    constants of the alternatives tell them apart."""
    if isinstance(part, dict):
        return {
            name: f"{_COMPONENTS}{value.removeprefix(_DEFINITIONS)}" if name == "$ref" else _within_components(value)
            for name, value in part.items()
            if name != "discriminator" or "propertyName" not in value
        }
    return [_within_components(each) for each in part] if isinstance(part, list) else part


def _message(service: str, type_: str) -> dict[str, Any]:
    text, number = {"type": "string"}, {"type": "integer"}
    payload = {
        "specversion": {"const": "1.0"},
        "id": text,
        "source": {"const": f"/{service}"},
        "type": {"const": type_},
        "subject": text,
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": text,
        "aggregateversion": number,
        "epoch": number,
        "position": number,
        "correlationid": text,
        "causationid": text,
        "traceparent": {"type": "string", "description": "W3C trace context of the change, if it was traced"},
        "actor": text,
        "means": {"enum": [*MEANS], "description": "By which means the change was made, if that is known"},
        "data": {"$ref": f"{_COMPONENTS}{type_}"},
    }
    required = [name for name in payload if name not in ("causationid", "traceparent", "means")]
    return {
        "name": type_,
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "properties": {"content-type": {"const": CONTENT_TYPE}}},
        "payload": {
            "type": "object",
            "properties": payload,
            "required": required,
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": "`kind:id` of what has changed"}}},
    }
