"""POST and GET, for every kind."""

import pytest

from shared.contracts import Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.events import EventId
from tests.service.api import Api, codes, every_kind, every_node, new_id, one_loop, required, some_kinds

pytestmark = one_loop


@every_kind
async def test_what_is_required_is_enough_to_create(api: Api, kind: Kind) -> None:
    body = await api.body(kind)
    answer = await api.send("POST", api.path(kind), json=body)
    state = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == api.path(kind, state["id"])
    assert answer.headers["etag"] == '"1"'
    assert EventId.parse(answer.headers["plumbline-event"]) == (kind.name, state["id"], 1, 1)
    assert state["version"] == 1
    assert state["state"] == kind.lifecycle.initial
    assert state["created_by"] == state["updated_by"] == "tester"
    assert state["created_at"] == state["updated_at"]
    assert state.items() >= body.items()
    assert set(state) == set(kind.model.model_fields)


DEFAULTS = {"increment": {"type", "authors"}, "setting": {"off", "effective_at"}}
"""Members that have a value from the beginning."""


@every_kind
async def test_everything_else_starts_empty(api: Api, kind: Kind) -> None:
    body = await api.body(kind)
    state = (await api.send("POST", api.path(kind), json=body)).json()
    given = {
        *body,
        *DEFAULTS.get(kind.name, ()),
        *kind.immutable,
        "id",
        "kind",
        "key",
        "state",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
    }
    assert all(value in (None, [], {}) for name, value in state.items() if name not in given)


@every_kind
async def test_what_was_answered_is_what_is_read(api: Api, kind: Kind) -> None:
    created = await api.post(kind)
    read = await api.get(kind, created.json()["id"])
    assert (read.status_code, read.headers["etag"]) == (200, '"1"')
    assert read.content == created.content


@some_kinds
async def test_a_version_that_the_caller_holds_is_not_sent_again(api: Api, kind: Kind) -> None:
    id = (await api.make(kind))["id"]
    for tag, status in {'"1"': 304, 'W/"1"': 304, '"7", "1"': 304, "*": 304, '"2"': 200}.items():
        answer = await api.send("GET", api.path(kind, id), headers={"If-None-Match": tag})
        assert (tag, answer.status_code) == (tag, status)
        assert answer.headers["etag"] == '"1"'


@some_kinds
async def test_an_unknown_id_is_not_found(api: Api, kind: Kind) -> None:
    for path in (api.path(kind, new_id()), api.path(kind, new_id(), "history")):
        answer = await api.send("GET", path)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:plumbline:problem:not-found")


@some_kinds
async def test_every_version_stays_readable(api: Api, kind: Kind) -> None:
    first = (await api.post(kind)).json()
    id = first["id"]
    await api.patch(kind, id, {"state_reason": "changed"}, if_match="1")
    assert (await api.get(kind, id, version=1)).json() == first
    assert (await api.get(kind, id, version=2)).content == (await api.get(kind, id)).content
    assert (await api.get(kind, id, version=3)).status_code == 404


@every_node
async def test_what_is_required_is_named(api: Api, kind: Kind) -> None:
    answer = await api.send("POST", api.path(kind), json={})
    assert (answer.status_code, codes(answer)) == (422, {(f"/{name}", "missing") for name in required(kind)})


@pytest.mark.parametrize("name", ["", " ", "\t", "x" * 501, None, 1, True, ["x"]])
async def test_a_name_has_a_length_and_is_a_text(api: Api, name: object) -> None:
    answer = await api.send("POST", "/strategy/v1/tactics", json={"name": name})
    assert answer.status_code == 422
    assert {pointer for pointer, _ in codes(answer)} == {"/name"}


@pytest.mark.parametrize("name", ["x", "x" * 500, "Größe ☃ 😀", "e\u0301", "\u202eabc", "a\nb"])
async def test_a_name_may_be_any_text(api: Api, name: str) -> None:
    assert (await api.make("tactic", name=name))["name"] == name


@some_kinds
async def test_a_member_that_is_not_known_is_refused(api: Api, kind: Kind) -> None:
    answer = await api.post(kind, colour="red")
    assert (answer.status_code, codes(answer)) == (422, {("/colour", "extra-forbidden")})


@some_kinds
async def test_no_caller_writes_what_the_server_gives(api: Api, kind: Kind) -> None:
    state = (await api.post(kind)).json()
    answer = await api.send("POST", api.path(kind), json=state)
    assert (answer.status_code, codes(answer)) == (
        422,
        {(f"/{name}", "extra-forbidden") for name in SERVER_FIELDS | kind.kept},
    )


@pytest.mark.parametrize(
    ("path", "members", "pointer"),
    [
        ("/strategy/v1/objectives", {"priority": "3"}, "/priority"),
        ("/strategy/v1/objectives", {"priority": 3.0}, "/priority"),
        ("/strategy/v1/objectives", {"priority": True}, "/priority"),
        ("/strategy/v1/objectives", {"priority": 6}, "/priority"),
        ("/strategy/v1/objectives", {"due": 20200101}, "/due"),
        ("/strategy/v1/objectives", {"due": "2020-02-30"}, "/due"),
        ("/strategy/v1/objectives", {"side": "IT"}, "/side"),
        ("/strategy/v1/objectives", {"parent_id": 5}, "/parent_id"),
        ("/strategy/v1/tactics", {"budget": "1e5"}, "/budget"),
        ("/strategy/v1/tactics", {"budget": -1}, "/budget"),
        ("/strategy/v1/tactics", {"it_dependent": "yes"}, "/it_dependent"),
        ("/strategy/v1/tactics", {"it_dependent": 1}, "/it_dependent"),
        ("/strategy/v1/tactics", {"criticality": 0}, "/criticality"),
        ("/strategy/v1/tactics", {"tags": "one"}, "/tags"),
        ("/strategy/v1/tactics", {"tags": [1]}, "/tags/0"),
        ("/strategy/v1/tactics", {"tags": ["x"] * 51}, "/tags"),
        ("/strategy/v1/tactics", {"valid_from": 0}, "/valid_from"),
        ("/strategy/v1/tactics", {"valid_from": "2020-01-01T00:00:00"}, "/valid_from"),
        ("/strategy/v1/tactics", {"valid_from": "0001-01-01T00:00:00+01:00"}, "/valid_from"),
        ("/strategy/v1/tactics", {"valid_from": "9999-01-01T00:00:00Z"}, "/valid_from"),
        ("/strategy/v1/tactics", {"owner": {"kind": "service", "id": new_id()}}, "/owner/kind"),
        ("/catalog/v1/service-offerings", {"components": [{"item": "box"}]}, "/components/0"),
        ("/catalog/v1/service-offerings", {"components": [{"type": "goods", "terms": ""}]}, "/components/0/item"),
    ],
)  # fmt: skip
async def test_types_are_strict(api: Api, path: str, members: dict[str, object], pointer: str) -> None:
    answer = await api.send("POST", path, json={"name": "X", **members})
    assert answer.status_code == 422
    assert pointer in {pointer for pointer, _ in codes(answer)}


async def test_validity_ends_after_it_begins(api: Api) -> None:
    moments = {"valid_from": "2024-01-01T00:00:00Z", "valid_to": "2023-12-31T23:00:00-01:00"}
    answer = await api.send("POST", "/strategy/v1/tactics", json={"name": "X", **moments})
    assert (answer.status_code, codes(answer)) == (422, {("/valid_to", "invalid-interval")})


async def test_moments_are_told_in_utc(api: Api) -> None:
    state = await api.make("tactic", valid_from="2024-01-01T00:30:00.5+01:00")
    assert state["valid_from"] == "2023-12-31T23:30:00.500000Z"
