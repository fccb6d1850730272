"""The OpenAPI document of a service, completed: request bodies, refusals, what parameters mean, and examples."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shared.contracts.examples import example
from shared.http.problems import MEDIA_TYPE

_COMPONENTS = "#/components/schemas/"
_PARAMETERS = {
    "after": "Position after which to go on",
    "atomic": "All lines or none",
    "depth": "How many relations far",
    "direction": "`up` to what it is there for, `down` to what is there for it",
    "first": "Size of the smaller head",
    "id": "Id of the entity",
    "key": "Only the entity with this key",
    "kind": "Kind of the entities",
    "limit": "At most so many",
    "owner_id": "Only what this party or role owns",
    "owner_kind": "Only what a `party` owns, or a `role`",
    "process_id": "Id of the process",
    "contract_id": "Id or key of the contract",
    "q": "Text that the name or the key contains, without case",
    "reason": "Why it is deleted",
    "rule": "Only findings of this rule",
    "second": "Size of the larger head",
    "severity": "Only findings of this severity",
    "state": "Only what is in this state",
    "tag": "Only what has this tag",
    "type": "Only what is of this type",
    "updated_since": "Only what was changed at this moment or later",
    "version": "This version instead of the present one",
}
"""What they mean wherever nothing more special is said of them."""


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
            _explain_parameters(document)
            _add_examples(document)
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


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _explain_parameters(document: dict[str, Any]) -> None:
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            text = _PARAMETERS.get(parameter["name"], parameter["schema"].get("description"))
            if text:
                parameter.setdefault("description", text)


def _add_examples(document: dict[str, Any]) -> None:
    """One for each model, to which what answers with it or takes it refers."""
    components = document["components"]
    for operation in _operations(document):
        body = operation.get("requestBody", {}).get("content", {})
        answers = [told.get("content", {}) for told in operation["responses"].values()]
        for contents, whole in ((body, False), *((each, True) for each in answers)):
            for content in contents.values():
                content["examples"] = {"example": _example(content["schema"], components, whole=whole)}


def _example(schema: dict[str, Any], components: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """A reference to the example of a model, made when first asked for; that of something else as it is."""
    if "contentSchema" in schema:  # lines of JSON
        line = example(schema["contentSchema"], components["schemas"], whole=whole)
        return {"value": f"{json.dumps(line)}\n"}
    if "$ref" not in schema:
        return {"value": example(schema, components["schemas"])}
    name = schema["$ref"].removeprefix(_COMPONENTS)
    examples = components.setdefault("examples", {})
    if name not in examples:
        of_kind = components["schemas"].get(name.removesuffix("Body"), {}).get("properties", {}).get("kind", {})
        made = example(schema, components["schemas"], whole=whole, kind=of_kind.get("const"))
        examples[name] = {"value": made}
    return {"$ref": f"#/components/examples/{name}"}
