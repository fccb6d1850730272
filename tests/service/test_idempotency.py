"""``Idempotency-Key``: a POST that is sent again creates nothing again."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shared.contracts import LINKS, NODE_KINDS
from tests.platform import running, settings_for
from tests.service.api import Api, State, is_problem, one_loop
from tests.service.boards import INCREMENT, submitted

pytestmark = one_loop
TACTIC, PLAN = NODE_KINDS["tactic"], NODE_KINDS["plan"]


async def post(api: Api, key: str, body: State, kind: object = TACTIC) -> httpx.Response:
    return await api.send("POST", api.path(kind), json=body, headers={"Idempotency-Key": key})  # type: ignore[arg-type]


def fresh() -> tuple[str, State]:
    return str(uuid4()), {"name": f"Once {uuid4().hex}"}


async def test_the_same_again_is_answered_as_the_first_time(api: Api) -> None:
    key, body = fresh()
    first, again = await post(api, key, body), await post(api, key, body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    same = ("etag", "location", "plumbline-event")
    assert [first.headers[name] for name in same] == [again.headers[name] for name in same]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")


async def test_also_after_it_has_been_changed(api: Api) -> None:
    key, body = fresh()
    first = await post(api, key, body)
    await api.patch(TACTIC, first.json()["id"], {"budget": 5}, if_match="1")
    assert (await post(api, key, body)).json() == first.json()


async def test_another_body_is_refused(api: Api) -> None:
    key, body = fresh()
    await post(api, key, body)
    answer = await post(api, key, body | {"budget": 1})
    assert (answer.status_code, is_problem(answer)) == (409, True)


async def test_a_key_belongs_to_its_caller_and_its_route(api: Api) -> None:
    key, body = fresh()
    mine = await post(api, key, body)
    theirs = await post(api.as_caller("strategy:write", subject="another"), key, body)
    elsewhere = await post(api, key, body, PLAN)
    assert len({answer.json()["id"] for answer in (mine, theirs, elsewhere)}) == 3


async def test_of_many_at_once_one_creates(api: Api) -> None:
    key, body = fresh()
    answers = await asyncio.gather(*(post(api, key, body) for _ in range(16)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(await api.items(TACTIC, q=body["name"])) == 1


async def test_what_was_refused_may_be_tried_again(api: Api) -> None:
    key, body = fresh()
    assert (await post(api, key, {"name": ""})).status_code == 422
    assert (await post(api, key, body)).status_code == 201


async def test_links_too(api: Api) -> None:
    body = await api.body(LINKS["strategy"])
    first, again = await post(api, "k-1", body, LINKS["strategy"]), await post(api, "k-1", body, LINKS["strategy"])
    assert (first.status_code, first.json()) == (again.status_code, again.json())


STEPS: list[tuple[str, State]] = [
    ("transitions", {"to": "retired", "reason": "Done."}),
    ("corrections", {"state": "draft", "reason": "It never was in force."}),
    ("reviews", {"comment": "Still right."}),
]


@pytest.mark.parametrize(("step", "body"), STEPS, ids=[step for step, _ in STEPS])
async def test_a_step_is_taken_once(api: Api, step: str, body: State) -> None:
    made = await api.make("tactic", state="in_force")
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
    path = api.path(TACTIC, made["id"], step)
    first, again = [await api.send("POST", path, json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.json() == again.json()
    assert first.headers["plumbline-event"] == again.headers["plumbline-event"]
    assert [answer.headers.get("idempotency-replayed") for answer in (first, again)] == [None, "true"]
    assert "location" not in again.headers
    assert (await api.get(TACTIC, made["id"])).json()["version"] == 2


async def test_a_key_of_one_step_says_nothing_of_another(api: Api) -> None:
    """The same key and body at two entities are two requests."""
    made = [await api.make("tactic", state="in_force") for _ in range(2)]
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": "*"}
    for each in made:
        path = api.path(TACTIC, each["id"], "transitions")
        assert (await api.send("POST", path, json={"to": "retired"}, headers=headers)).json()["id"] == each["id"]


async def test_a_decision_is_taken_once(api: Api) -> None:
    made = await submitted(api, items=1)
    who = api.as_caller("strategy:approve", subject=made.signers[0]["subject"])
    path, headers = api.path(INCREMENT, made.id, "sign-offs"), {"Idempotency-Key": str(uuid4())}
    first, again = [await who.send("POST", path, json={"decision": "approved"}, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await who.send("POST", path, json={"decision": "rejected", "comment": "No."}, headers=headers)
    assert other.status_code == 409
    stranger = api.as_caller("strategy:approve", subject=made.signers[1]["subject"])
    theirs = await stranger.send("POST", path, json={"decision": "approved"}, headers=headers)
    assert (theirs.json()["state"], theirs.headers.get("idempotency-replayed")) == ("signed", None)


@pytest.mark.parametrize("key", ["", " ", "x" * 256])
async def test_a_key_that_cannot_be_kept_is_refused(api: Api, key: str) -> None:
    assert (await post(api, key, fresh()[1])).status_code == 400


async def test_it_holds_over_a_restart(tmp_path: Path) -> None:
    key, body = fresh()
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        first = await post(Api(platform), key, body)
    async with running(settings) as platform:
        assert (await post(Api(platform), key, body)).json() == first.json()
