"""What every operation answers is what its OpenAPI document says: each is asked with the sample organisation, and for
each of the successes that are documented there is an answer that was held against its schema."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.alignment.view import dead_letters
from shared import clock
from shared.config import SERVICES
from shared.contracts import NODE_KINDS, RECORDED, Kind
from shared.contracts.rule_packs import EXAMPLE
from shared.http.auth import mint
from shared.storage.db import Database
from tests.answers import Answered, Documents, Wrong
from tests.platform import Platform, running, settings_for
from tests.service import sample
from tests.service.api import Api, State, a_change, body_of, new_id, once, registrable
from tests.service.boards import INCREMENT, ref, signer, submitted
from tests.service.moves import moves

pytestmark = pytest.mark.long
in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def organisation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path_factory.mktemp("answers") / "home")) as platform:
        await sample.load(platform)
        platform.transport.documents.looked_at = 200
        yield platform


def documented(documents: Documents, service: str) -> set[Answered]:
    paths = documents.documents[service]["paths"].items()
    operations = [(path, method, each) for path, methods in paths for method, each in methods.items()]
    return {
        (service, method.upper(), path, status)
        for path, method, each in operations
        for status in each["responses"]
        if status.startswith("2")
    }


async def ask(api: Api, method: str, path: str, **more: Any) -> Any:
    answer = await api.send(method, path, **more)
    assert answer.status_code < 300, (method, path, answer.text)
    return answer.json() if answer.content else None


async def ask_of_kind(api: Api, kind: Kind) -> None:
    """Whatever every kind has."""
    await api.items(kind, limit=3)
    made = await api.make(kind)
    await api.get(kind, made["id"])
    anew: State = {} if kind.is_link else {"key": None}
    anew |= once(kind)
    if "finding_id" in made:
        anew["finding_id"] = await api.finding()
    put = await api.put(kind, new_id(), body_of(await api.make(kind)) | anew)
    if kind.is_link:
        put = await api.put(kind, new_id(), body_of(made) | {"type": "owned_by"})
    assert put.status_code == 201, put.text
    assert (await api.put(kind, put.json()["id"], body_of(put.json()))).status_code == 200
    assert (await api.patch(kind, made["id"], a_change(kind, "Changed."), if_match="*")).status_code == 200
    if not kind.is_link:
        await ask(api, "GET", api.path(kind, f"by-key/{made['key']}"))
        await ask(api, "POST", api.path(kind, made["id"], "reviews"), json={}, headers={"If-Match": "*"})
    assert await api.history(kind, made["id"])
    await ask_for_moves(api, kind)


async def ask_for_moves(api: Api, kind: Kind) -> None:
    state, to = next((move for move in moves(kind) if move[0] in registrable(kind)), (None, None))
    if state and to:
        moved = await api.transition(kind, (await api.make(kind, state=state))["id"], to)
        assert moved.status_code == 200, moved.text
    others = [state for state in registrable(kind) if state != kind.lifecycle.initial]
    if others and kind is not INCREMENT:
        registered = await api.make(kind, state=others[0])
        corrected = await api.correct(kind, registered["id"], kind.lifecycle.initial)
        assert corrected.status_code == 200, corrected.text
    unlived = next(state for state in registrable(kind) if not kind.is_live(state))
    deleted = await api.delete(kind, (await api.make(kind, state=unlived))["id"])
    assert deleted.status_code == 204, deleted.text


async def ask_of_owner(api: Api, service: str) -> None:
    for kind in RECORDED[service]:
        await ask_of_kind(api, kind)
    some = RECORDED[service][0]
    lines = [{"kind": some.name, "id": new_id(), "body": {"name": "One"}}, {"kind": "nothing", "id": new_id()}]
    text = "\n".join(json.dumps(line) for line in lines)
    sent = await api.send("POST", f"/{service}/v1/bulk", content=text)
    assert sent.status_code == 200, sent.text
    for after in (0, 200, 500):
        assert await ask(api, "GET", f"/{service}/v1/changes", params={"after": after, "limit": 1000})
    streamed = await api.send("GET", f"/{service}/v1/changes/stream")
    assert (streamed.status_code, b"\nid: 1\ndata: {" in streamed.content) == (200, True)


async def ask_of_strategy(api: Api) -> None:
    for kind in (kind for kind in RECORDED["strategy"] if kind.signed_as):
        found = await api.items(kind, limit=200)
        told = [await ask(api, "GET", api.path(kind, each["id"], "signatures")) for each in found]
        assert kind.name not in ("strategy", "objective", "tactic") or any(each["items"] for each in told)
    await ask(api, "GET", "/strategy/v1/increments/proposal")
    board = await submitted(api, items=2, signers=2)
    second = await signer(api)
    for signer_, more in ((0, {}), (1, {"decision": "delegated", "delegated_to": second["id"]})):
        assert (await board.decide(signer_, **more)).status_code == 200
    assert (await board.decide(second["subject"])).status_code == 200
    tactic = board.items[0]
    await api.patch(NODE_KINDS["tactic"], tactic["id"], {"budget": 7}, if_match="*")
    assert (await api.link("supports", tactic, await api.make("objective"))).status_code == 201
    for state in (await board.read(), *await api.items(INCREMENT, state="signed")):
        for step in ("sign-offs", "proof", "drift", "comparison"):
            assert await ask(api, "GET", api.path(INCREMENT, state["id"], step))
    later = await api.make(INCREMENT, items=[ref(tactic)])
    changed = await ask(api, "GET", api.path(INCREMENT, later["id"], "comparison"))
    assert changed["items"][0]["changes"]
    await ask_of_log(api)


async def ask_of_log(api: Api) -> None:
    head = await ask(api, "GET", "/strategy/v1/signature-log")
    assert await ask(api, "GET", "/strategy/v1/signature-log/entries")
    sizes = {"first": 1, "second": head["size"]}
    assert await ask(api, "GET", "/strategy/v1/signature-log/consistency", params=sizes)
    assert (await ask(api, "GET", "/strategy/v1/keys"))["keys"]


async def ask_of_roles(api: Api) -> None:
    activity = NODE_KINDS["activity"]
    moved = await api.transition(activity, (await api.make(activity))["id"], "retired")
    assert moved.status_code == 200, moved.text


async def ask_of_alignment(api: Api) -> None:
    """Of the organisation everything; of each kind a few."""
    root = "/alignment/v1"
    assert (await ask(api, "GET", f"{root}/findings", params={"limit": 200}))["items"]
    lists = (
        "cascade",
        "coverage/design",
        "coverage/offerings",
        "load",
        "findings",
        "findings/groups",
        "score",
        "score/trend",
    )
    await ask_with_times(api, [f"{root}/{path}" for path in lists])
    for kind in NODE_KINDS:
        few = (await ask(api, "GET", f"{root}/nodes", params={"kind": kind, "limit": 3}))["items"]
        paths = [f"{view}/{kind}/{each['id']}" for each in few for view in ("nodes", "trace", "why", "impact")]
        paths += [f"raci/{each['id']}" for each in few if kind == "process"]
        await ask_with_times(api, [f"{root}/{path}" for path in paths])
    found = (await ask(api, "GET", f"{root}/findings"))["items"][0]
    await ask(api, "GET", f"{root}/findings/{found['id']}")
    await ask(api, "GET", f"{root}/findings/{found['id']}/remedy")
    later = clock.rfc3339(clock.now() + timedelta(days=30))
    for step, body in (
        ("waiver", {"reason": "For now.", "valid_to": later}),
        ("acknowledgement", {"description": "Seen."}),
        ("comments", {"text": "Why?"}),
    ):
        await ask(api, "POST", f"{root}/findings/{found['id']}/{step}", json=body)
    await ask(api, "GET", f"{root}/findings/{found['id']}")
    node = (await ask(api, "GET", f"{root}/nodes", params={"kind": "service", "state": "operational"}))["items"][0]
    steps = [{"action": "retire", "ref": f"service/{node['id']}"}]
    assert (await ask(api, "POST", f"{root}/scenarios", json={"steps": steps}))["suppositions"]
    await ask(api, "POST", f"{root}/gates/service/{node['id']}", json={"to": "retired"})
    kept = await ask(api, "POST", f"{root}/kept-scenarios", json={"name": "Without it", "steps": steps})
    await ask(api, "GET", f"{root}/kept-scenarios/{kept['id']}/outcome")
    items = {"items": [{"kind": "service", "id": node["id"]}], "due": later}
    begun = await ask(api, "POST", f"{root}/campaigns", json={"name": "Spring", **items})
    await ask(api, "GET", f"{root}/campaigns/{begun['id']}/progress")
    party = (await ask(api, "GET", f"{root}/nodes", params={"kind": "party"}))["items"][0]
    await ask(api, "GET", f"{root}/departures/{party['id']}")
    contract = (await ask(api, "GET", f"{root}/nodes", params={"kind": "contract"}))["items"][0]
    await ask(api, "GET", f"{root}/promises/{contract['id']}")
    await ask(api, "GET", f"{root}/forecast", params={"until": later})
    trial = {"prefix": "ACME", "rules": [EXAMPLE], "since": clock.rfc3339(clock.now() - timedelta(days=1))}
    assert (await ask(api, "POST", f"{root}/trials", json=trial))["rules"]
    for path in ("me", "rules", "score", "status", "diff?from=2020-01-01T00:00:00Z"):
        await ask(api, "GET", f"{root}/{path}")
    await ask_of_administration(api)
    await ask(api, "POST", f"{root}/rebuilds")
    await ask(api, "GET", f"{root}/status")


async def ask_of_administration(api: Api) -> None:
    root, settings = "/alignment/v1", api.platform.settings
    page = {"Authorization": f"Bearer {mint(settings.web_key_path, 'ada')}"}
    await ask(api, "POST", f"{root}/audit", json={"action": "signed_in"}, headers=page)
    database = Database(settings.database("alignment"))
    async with database.write() as connection:
        await dead_letters.bury(connection, [dead_letters.DeadLetter("strategy/changes/7", b"", "it cannot be read")])
    await database.close()
    [letter] = (await ask(api, "GET", f"{root}/dead-letters"))["items"]
    await ask(api, "DELETE", f"{root}/dead-letters/{letter['id']}", params={"reason": "It was made up."})


async def ask_with_times(api: Api, paths: list[str]) -> None:
    """Each in all the ways that change what is in an answer, as far as it has them."""
    now = clock.rfc3339(clock.now())
    for path in paths:
        taken = api.platform.transport.documents.parameters("alignment", path)
        await ask(api, "GET", path)
        for name, value in (("as_of", now), ("valid_at", now), ("include", "all")):
            if name in taken:
                await ask(api, "GET", path, params={name: value})


async def nothing(_: Api) -> None:
    """A service that has only what all have."""


MORE = {"strategy": ask_of_strategy, "roles": ask_of_roles, "alignment": ask_of_alignment}


@in_one_loop
@pytest.mark.parametrize("service", SERVICES)
async def test_every_success_is_as_documented(service: str, organisation: Platform) -> None:
    api = Api(organisation)
    await ask_of_owner(api, service)
    await MORE.get(service, nothing)(api)
    documents = organisation.transport.documents
    answered = {name for name, times in documents.seen.items() if times}
    assert documented(documents, service) - answered == set()


def lies(raw: str, method: str = "GET", path: str = "/strategy/v1/keys", status: int = 200) -> bool:
    """Whether an answer is noticed as another one than the document has."""
    answer = {"type": "object", "properties": {"keys": {"type": "array"}}, "additionalProperties": False}
    told = {"200": {"content": {"application/json": {"schema": answer}}}, "204": {}, "default": {}}
    document = {"paths": {"/strategy/v1/keys": {"get": {"responses": told}}}, "components": {}}
    documents = Documents({"strategy": document})
    try:
        documents.check("strategy", method, path, status, raw.encode())
    except Wrong:
        return True
    return False


def test_an_answer_that_is_not_as_documented_is_noticed() -> None:
    assert not lies('{"keys": []}')
    assert lies('{"keys": 5}')
    assert lies('{"keys": [], "more": 1}')
    assert lies("{}", status=201)
    assert lies("{}", status=204)
    assert not lies("", status=204)
    assert not lies("anything", path="/strategy/v1/elsewhere")
