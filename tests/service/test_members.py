"""What each member may hold, as its model says: every choice and no other, every bound and nothing beyond it."""

from collections.abc import Iterator
from typing import Any

from shared.contracts import Kind
from shared.resource.bodies import body_model
from tests.service.api import Api, codes, every_kind, every_node, new_id, once, one_loop

pytestmark = one_loop
GIVEN = {"key", "state", "kind"}
"""Tested with lifecycles, keys and relations."""


def wrong_values(kind: Kind) -> Iterator[tuple[str, Any]]:
    """A value beyond each bound, and one that is no choice."""
    document = body_model(kind).model_json_schema()
    for name, member in document["properties"].items():
        for schema in (member, *member.get("anyOf", ())):
            schema = document["$defs"].get(schema["$ref"].rpartition("/")[2], {}) if "$ref" in schema else schema
            if name not in GIVEN:
                yield from ((name, value) for value in _beyond(schema))


def _beyond(schema: dict[str, Any]) -> Iterator[Any]:
    if "enum" in schema or "const" in schema:
        yield "no such choice"
    if "maximum" in schema:
        yield schema["maximum"] * 2 + 1
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if schema.get("type") == "string" and "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if schema.get("type") in ("integer", "number", "boolean", "array", "object"):
        yield "text"
    if schema.get("type") == "string" and "enum" not in schema:
        yield 7


def choices(kind: Kind) -> Iterator[tuple[str, str]]:
    for name, member in body_model(kind).model_json_schema()["properties"].items():
        for schema in (member, *member.get("anyOf", ())):
            yield from ((name, value) for value in schema.get("enum", ()) if name not in GIVEN)


@every_kind
async def test_what_its_model_does_not_let_it_hold_is_refused(api: Api, kind: Kind) -> None:
    body = await api.body(kind)
    for name, value in wrong_values(kind):
        answer = await api.send("PUT", api.path(kind, new_id()), json={**body, name: value})
        assert answer.status_code == 422, (name, str(value)[:50], answer.text[:300])
        assert any(pointer.startswith(f"/{name}") for pointer, _ in codes(answer)), (name, answer.text[:300])


@every_node
async def test_every_choice_is_taken(api: Api, kind: Kind) -> None:
    body = await api.body(kind)
    for name, value in choices(kind):
        sent = {**body, **once(kind), name: value} | ({"name": f"{body['name']} {value}"} if "name" in body else {})
        answer = await api.send("PUT", api.path(kind, new_id()), json=sent)
        assert (answer.status_code, answer.json()[name]) == (201, value), answer.text[:300]
