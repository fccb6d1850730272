"""DELETE: only what never was live; it leaves a tombstone with a version of its own."""

from shared.contracts import LINKS, NODE_KINDS, Kind
from tests.service.api import Api, State, codes, new_id, one_loop, registrable, some_kinds, some_nodes

pytestmark = one_loop


def never_live(kind: Kind) -> str | None:
    """A state in which an entity can begin without ever having been live."""
    return next((state for state in kind.lifecycle.states if not kind.is_live(state)), None)


@some_kinds
async def test_what_was_never_live_can_go(api: Api, kind: Kind) -> None:
    before = await api.make(kind, state=never_live(kind))
    id = before["id"]
    answer = await api.delete(kind, id, "entered twice", if_match="1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["plumbline-event"] == f"{kind.name}:{id}:1.2"
    gone = await api.get(kind, id)
    assert gone.status_code == 410
    assert gone.json()["last"] == before | {
        "version": 2, "state_reason": "entered twice", "updated_at": gone.json()["last"]["updated_at"]
    }  # fmt: skip


@some_kinds
async def test_what_is_gone_takes_no_change(api: Api, kind: Kind) -> None:
    id = (await api.make(kind, state=never_live(kind)))["id"]
    await api.delete(kind, id)
    assert (await api.patch(kind, id, {}, if_match="*")).status_code == 410
    assert (await api.transition(kind, id, kind.lifecycle.initial)).status_code == 410
    assert (await api.delete(kind, id)).status_code == 410
    assert (await api.get(kind, id, version=1)).status_code == 200
    assert [item["id"] for item in await api.items(kind, state=never_live(kind)) if item["id"] == id] == []


@some_kinds
async def test_what_was_live_stays(api: Api, kind: Kind) -> None:
    live = next((state for state in registrable(kind) if kind.is_live(state)), None)
    if live is None:
        return  # what was signed is never registered: an increment that was is final
    id = (await api.make(kind, state=live))["id"]
    assert (await api.delete(kind, id)).status_code == 409
    # what begins as live was never registered in a wrong state: it moves on
    leave = api.transition if live == kind.lifecycle.initial else api.correct
    assert (await leave(kind, id, str(never_live(kind)))).status_code == 200
    assert (await api.delete(kind, id)).status_code == 409
    assert (await api.get(kind, id)).status_code == 200


@some_kinds
async def test_an_id_that_comes_back_continues_its_versions(api: Api, kind: Kind) -> None:
    id, body = new_id(), await api.body(kind, state=never_live(kind))
    await api.put(kind, id, body)
    await api.delete(kind, id)
    back = await api.put(kind, id, body, if_none_match="*")
    assert (back.status_code, back.headers["etag"], back.json()["version"]) == (201, '"3"', 3)
    assert (await api.get(kind, id)).content == back.content
    assert [version["action"] for version in await api.history(kind, id)] == ["created", "deleted", "created"]


@some_nodes
async def test_a_key_is_free_again(api: Api, kind: Kind) -> None:
    key = f"k-{new_id()}"
    first = await api.make(kind, key=key, state=never_live(kind))
    await api.delete(kind, first["id"])
    assert (await api.make(kind, key=key))["key"] == key


async def test_its_own_links_end_with_it_and_those_of_others_stay(api: Api) -> None:
    kind, links = NODE_KINDS["service"], LINKS["catalog"]
    gone, other = [await api.make(kind, state="requirements") for _ in range(2)]
    joined = [(gone, other), (other, gone)]
    own, others = [
        await api.make(links, type="depends_on", source=_ref(source), target=_ref(target)) for source, target in joined
    ]
    event = (await api.delete(kind, gone["id"])).headers["plumbline-event"]
    ended = (await api.get(links, own["id"])).json()
    assert (ended["state"], ended["version"]) == ("ended", 2)
    assert gone["id"] in ended["state_reason"]
    assert (await api.get(links, others["id"])).json()["state"] == "active", "it is a finding of whoever says it"
    [newest, _] = await api.history(links, own["id"])
    assert event != newest["event"]


def _ref(entity: State) -> State:
    return {"kind": entity["kind"], "id": entity["id"]}


@some_kinds
async def test_it_needs_a_version_and_a_reason(api: Api, kind: Kind) -> None:
    id = (await api.make(kind, state=never_live(kind)))["id"]
    path = api.path(kind, id)
    assert (await api.send("DELETE", path, params={"reason": "x"})).status_code == 428
    assert (await api.delete(kind, id, if_match="4")).status_code == 412
    for params in ({}, {"reason": ""}, {"reason": "x" * 201}, {"reason": "\x00"}):
        answer = await api.send("DELETE", path, params=params, headers={"If-Match": "*"})
        assert (params, answer.status_code) == (params, 422)
        assert {pointer for pointer, _ in codes(answer)} == {"?reason"}
