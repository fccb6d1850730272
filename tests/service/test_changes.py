"""GET /changes: every version of everything, in the order of its positions, as CloudEvents."""

import asyncio
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
import pytest

from shared.contracts import KINDS, NODE_KINDS, OWNERS, Kind
from tests.service.api import (
    Api,
    State,
    a_change,
    codes,
    eventually,
    every_kind,
    new_id,
    one_loop,
    registrable,
    some_kinds,
)
from tests.service.moves import moves

pytestmark = one_loop
every_owner = pytest.mark.parametrize("service", OWNERS)


async def changes(api: Api, service: str, **params: Any) -> dict[str, Any]:
    answer = await api.send("GET", f"/{service}/v1/changes", params=params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def events_of(api: Api, kind: Kind, id: str, count: int) -> list[State]:
    """The events of one entity, once the leader has given all of them a position."""

    async def all_there() -> Any:
        items = (await changes(api, kind.service, id=id))["items"]
        return items if len(items) >= count else None

    events: list[State] = await eventually(all_there)
    return events


@some_kinds
async def test_an_event_is_a_cloud_event_with_the_whole_state(api: Api, kind: Kind) -> None:
    answer = await api.post(kind)
    id = answer.json()["id"]
    (event,) = await events_of(api, kind, id, 1)
    position, time = event.pop("position"), event.pop("time")
    data, correlation = event.pop("data"), event.pop("correlationid")
    type = f"plumbline.{kind.service}.{kind.name}.created"
    assert event == {
        "specversion": "1.0",
        "id": answer.headers["plumbline-event"],
        "source": f"/{kind.service}",
        "type": type,
        "subject": f"{kind.name}/{id}",
        "datacontenttype": "application/json",
        "dataschema": f"urn:plumbline:schema:{type}:1",
        "aggregateversion": 1,
        "epoch": 1,
        "actor": "tester",
        "means": "api",
    }
    assert position > 0
    assert datetime.fromisoformat(time) >= datetime.fromisoformat(answer.json()["created_at"])
    assert correlation == answer.headers["correlation-id"]
    assert data["state"] == answer.json()
    assert set(data["changed"]) <= set(kind.model.model_fields)


@every_kind
async def test_the_state_in_an_event_is_byte_for_byte_what_a_read_shows(api: Api, kind: Kind) -> None:
    made = await api.make(
        kind, provenance=[{"source": "s", "id": "1", "wrote": {"ä": [1.0, 1e20, -0.5, None, "\u2028/"]}}]
    )
    await events_of(api, kind, made["id"], 1)
    page = await api.send("GET", f"/{kind.service}/v1/changes", params={"id": made["id"]})
    assert b'"state":' + (await api.get(kind, made["id"])).content + b"," in page.content


@some_kinds
async def test_every_action_has_its_type(api: Api, kind: Kind) -> None:
    hidden = next(state for state in kind.lifecycle.states if not kind.is_live(state))
    made = await api.make(kind, state=hidden)
    await api.patch(kind, made["id"], a_change(kind, "x"), if_match="1")
    await api.delete(kind, made["id"], "a mistake")
    events = await events_of(api, kind, made["id"], 3)
    assert [event["type"].rpartition(".")[2] for event in events] == ["created", "changed", "deleted"]
    assert events[1]["data"]["changed"] == list(a_change(kind, ""))
    assert [event["data"].get("deleted") for event in events] == [None, None, True]
    state, to = next((move for move in moves(kind) if move[0] in registrable(kind)), ("", ""))
    if not state:
        return  # an increment moves with its signers alone
    moved = await api.make(kind, state=state)
    assert (await api.transition(kind, moved["id"], to, if_match="1")).status_code == 200
    assert (await events_of(api, kind, moved["id"], 2))[1]["type"].endswith(f"{kind.name}.transitioned")


@every_owner
async def test_positions_have_no_holes_and_moments_rise(api: Api, service: str) -> None:
    for _ in range(3):
        await asyncio.gather(*(api.make(KINDS[service][0]) for _ in range(4)))
    await api.platform.caught_up()
    events, after = [], 0
    while (page := await changes(api, service, after=after, limit=7))["items"]:
        events += page["items"]
        assert page["next_after"] == page["items"][-1]["position"]
        after = page["next_after"]
    times = [event["time"] for event in events]
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    assert all(earlier < later for earlier, later in pairwise(times))
    assert page["head"]["position"] == after
    assert page["head"]["recorded_until"] >= times[-1]


@every_owner
async def test_the_head_moves_while_nothing_happens(api: Api, service: str) -> None:
    before = (await changes(api, service))["head"]

    async def later() -> Any:
        head = (await changes(api, service))["head"]
        return head if head["recorded_until"] > before["recorded_until"] else None

    assert (await eventually(later))["position"] >= before["position"]


@some_kinds
async def test_it_can_be_asked_for_one_kind_or_one_id(api: Api, kind: Kind) -> None:
    made = await api.make(kind)
    (event,) = await events_of(api, kind, made["id"], 1)
    found = (await changes(api, kind.service, kind=kind.name, id=made["id"]))["items"]
    assert found == [event]
    of_kind = (await changes(api, kind.service, kind=kind.name, after=event["position"] - 1))["items"]
    assert of_kind[0] == event
    assert {item["subject"].partition("/")[0] for item in of_kind} == {kind.name}
    other = next(other for other in KINDS[kind.service] if other is not kind)
    assert (await changes(api, kind.service, kind=other.name, id=made["id"]))["items"] == []


@every_owner
async def test_a_filter_that_finds_nothing_goes_on_at_the_head(api: Api, service: str) -> None:
    page = await changes(api, service, id=new_id())
    assert page["items"] == []
    assert page["next_after"] == page["head"]["position"]


async def test_the_correlation_of_a_request_travels_with_its_event(api: Api) -> None:
    kind = NODE_KINDS["tactic"]
    headers = {"Correlation-Id": "order/66-a", "Causation-Id": "cause.1"}
    answer = await api.send("POST", api.path(kind), json={"name": "A"}, headers=headers)
    (event,) = await events_of(api, kind, answer.json()["id"], 1)
    assert answer.headers["correlation-id"] == event["correlationid"] == "order/66-a"
    assert event["causationid"] == "cause.1"
    assert (await api.history(kind, answer.json()["id"]))[0]["correlation_id"] == "order/66-a"


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\tb", "<script>", "ä".encode("latin-1")], ids=repr)
async def test_a_strange_correlation_is_replaced(api: Api, given: str | bytes) -> None:
    answer = await api.send("GET", "/strategy/v1/tactics", headers={"Correlation-Id": given})
    assert answer.status_code == 200
    assert len(answer.headers["correlation-id"]) == 36


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"after": "-1"}, "?after"), ({"after": str(2**63)}, "?after"), ({"after": "x"}, "?after"),
        ({"limit": "0"}, "?limit"), ({"limit": "1001"}, "?limit"), ({"kind": "unicorn"}, "?kind"), ({"id": "x"}, "?id"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_parameter_that_is_not_valid(api: Api, params: dict[str, str], pointer: str) -> None:
    answer = await api.send("GET", "/strategy/v1/changes", params=params)
    assert answer.status_code == 422
    assert {pointer for pointer, _ in codes(answer)} == {pointer}


async def test_a_page_is_json_that_any_reader_takes(api: Api) -> None:
    await api.make("tactic", name='"\\\u2028</script>😀')
    await api.platform.caught_up()
    page = await api.send("GET", "/strategy/v1/changes", params={"after": 0, "limit": 1000})
    assert orjson.loads(page.content) == page.json()
