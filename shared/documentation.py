"""What a service says of itself: OpenAPI with its request bodies, AsyncAPI and JSON Schemas of its events."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shared.contracts import RECORDED
from shared.contracts.events import ACTIONS, PARTITIONS, event_type, schema, topic
from shared.problems import MEDIA_TYPE


def describe(app: FastAPI, bodies: Sequence[type[BaseModel]]) -> None:
    """Complete the OpenAPI document: bodies are read as bytes, so the framework does not see their models."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, routes=app.routes)
            _add_bodies(document, bodies)
            _add_security(document)
            _tell_problems(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _add_bodies(document: dict[str, Any], bodies: Sequence[type[BaseModel]]) -> None:
    if not bodies:
        return
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in bodies]
    _, definitions = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, body in definitions.get("$defs", {}).items():
        schemas.setdefault(name, body)


def _add_security(document: dict[str, Any]) -> None:
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["bearer"] = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    document["security"] = [{"bearer": []}]


def _tell_problems(document: dict[str, Any]) -> None:
    """Every refusal is a problem document, also those that the framework would have answered in its own way."""
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            content = operation["responses"]["default"]["content"]
            operation["responses"]["default"]["content"] = {MEDIA_TYPE: content["application/json"]}
    for framework in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(framework, None)


@cache
def event_schemas(service: str) -> dict[str, dict[str, Any]]:
    """The JSON Schema of every event type of a service; made when first asked for, since that takes a while."""
    kinds = RECORDED[service]
    return {event_type(service, kind.name, action): schema(kind, action) for kind in kinds for action in ACTIONS}


def asyncapi(service: str, schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An AsyncAPI 3 document: one channel, one message per event type."""
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
        "defaultContentType": "application/cloudevents+json",
        "channels": {"changes": channel} if schemas else {},
        "operations": {"publishChange": operation} if schemas else {},
    }


def _message(service: str, type_: str) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "name": type_,
        "contentType": "application/cloudevents+json",
        "payload": {
            "type": "object",
            "properties": {
                "specversion": {"const": "1.0"},
                "id": text,
                "source": {"const": f"/{service}"},
                "type": {"const": type_},
                "subject": text,
                "time": {"type": "string", "format": "date-time"},
                "dataschema": text,
                "aggregateversion": {"type": "integer"},
                "epoch": {"type": "integer"},
                "position": {"type": "integer"},
                "correlationid": text,
                "causationid": text,
                "traceparent": {"type": "string", "description": "W3C trace context of the change, if it was traced"},
                "actor": text,
                "data": {"$ref": f"/{service}/schemas/{type_}"},
            },
            "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        },
    }
