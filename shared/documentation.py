"""What a service says of itself: OpenAPI with its request bodies, AsyncAPI and JSON Schemas of its events."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shared.contracts import RECORDED
from shared.contracts.events import ACTIONS, CONTENT_TYPE, PARTITIONS, event_type, schema, topic
from shared.problems import MEDIA_TYPE

_COMPONENTS = "#/components/schemas/"
_DEFINITIONS = "#/$defs/"


def describe(app: FastAPI, bodies: Sequence[type[BaseModel]]) -> None:
    """Complete the OpenAPI document: bodies are read as bytes, so the framework does not see their models. It is made
    when first asked for, beside the event loop, which that would hold for half a second."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, routes=app.routes, license_info=app.license_info
            )
            document["servers"] = [{"url": "/", "description": "Where this document was found"}]
            _add_bodies(document, bodies)
            _require_kinds(document)
            _add_security(document)
            _tell_problems(document)
            app.openapi_schema = document
        return app.openapi_schema

    async def document(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(openapi))

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it
    assert app.openapi_url
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", "") != app.openapi_url]
    app.add_route(app.openapi_url, document, include_in_schema=False)


def _add_bodies(document: dict[str, Any], bodies: Sequence[type[BaseModel]]) -> None:
    if not bodies:
        return
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in bodies]
    _, definitions = models_json_schema(wanted, ref_template=f"{_COMPONENTS}{{model}}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, body in definitions.get("$defs", {}).items():
        schemas[name] = _optional(schemas.get(name, body))


def _optional(body: dict[str, Any]) -> dict[str, Any]:
    """With defaults as part of the descriptions: generators of clients take a member that has one for one that has to
    be sent."""
    members = body.get("properties", {})
    told = {
        name: _told_default(member) if name not in body.get("required", ()) else member
        for name, member in members.items()
    }
    return {**body, "properties": told} if members else body


def _told_default(member: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in member.items() if name != "default"}
    if member.get("default") in (None, [], {}):
        return rest
    said = f"Default: `{member['default']}`."
    return {**rest, "description": f"{member['description']} {said}" if "description" in member else said}


def _require_kinds(document: dict[str, Any]) -> None:
    """Every state names its kind: by it readers of an event tell one from another."""
    for each in document["components"]["schemas"].values():
        if "const" in each.get("properties", {}).get("kind", {}):
            each["required"] = sorted({"kind", *each.get("required", ())}, key=[*each["properties"]].index)


def _add_security(document: dict[str, Any]) -> None:
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["bearer"] = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    document["security"] = [{"bearer": []}]


def _tell_problems(document: dict[str, Any]) -> None:
    """Every refusal is a problem document, also those that the framework would have answered in its own way."""
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            refusal = operation["responses"]["default"]
            [schema] = refusal["content"].values()
            refusal["content"] = {MEDIA_TYPE: schema}
    for framework in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(framework, None)


@cache
def event_schemas(service: str) -> dict[str, dict[str, Any]]:
    """The JSON Schema of every event type of a service; made when first asked for, since that takes a while."""
    kinds = RECORDED[service]
    return {event_type(service, kind.name, action): schema(kind, action) for kind in kinds for action in ACTIONS}


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
        "data": {"$ref": f"{_COMPONENTS}{type_}"},
    }
    required = [name for name in payload if name not in ("causationid", "traceparent")]
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
