"""PUT: create under the caller's id, repeat without effect, replace only what was read."""

from shared.contracts import Kind
from tests.service.api import Api, a_change, body_of, every_kind, new_id, one_loop, required, some_kinds, some_nodes

pytestmark = one_loop


@some_kinds
async def test_it_creates_under_the_id_of_the_caller(api: Api, kind: Kind) -> None:
    id = new_id()
    answer = await api.put(kind, id, await api.body(kind))
    assert (answer.status_code, answer.json()["id"], answer.headers["etag"]) == (201, id, '"1"')
    assert answer.headers["location"] == api.path(kind, id)
    assert (await api.get(kind, id)).content == answer.content


@every_kind
async def test_the_same_again_changes_nothing(api: Api, kind: Kind) -> None:
    id, body = new_id(), await api.body(kind)
    first = await api.put(kind, id, body)
    for again in (body, body_of(first.json())):
        answer = await api.put(kind, id, again)
        assert (answer.status_code, answer.content) == (200, first.content)
        assert answer.headers["plumbline-event"] == first.headers["plumbline-event"]
    assert len(await api.history(kind, id)) == 1


@some_kinds
async def test_replacing_needs_the_version_that_was_read(api: Api, kind: Kind) -> None:
    id, body = new_id(), await api.body(kind)
    await api.put(kind, id, body)
    changed = body | a_change(kind, "other")
    assert (await api.put(kind, id, changed)).status_code == 428
    stale = await api.put(kind, id, changed, if_match="7")
    assert (stale.status_code, stale.headers["etag"], stale.json()["version"]) == (412, '"1"', 1)
    done = await api.put(kind, id, changed, if_match="1")
    assert (done.status_code, done.headers["etag"], done.json()["version"]) == (200, '"2"', 2)


@some_kinds
async def test_what_is_left_out_takes_its_default(api: Api, kind: Kind) -> None:
    id, body = new_id(), await api.body(kind)
    await api.put(kind, id, body | a_change(kind, "some") | {"valid_from": "2020-01-01T00:00:00Z"})
    state = (await api.put(kind, id, body, if_match="1")).json()
    assert state["valid_from"] is None
    assert state[next(iter(a_change(kind, "")))] is None


@some_nodes
async def test_key_and_state_stay_when_left_out(api: Api, kind: Kind) -> None:
    before = await api.make(kind)
    await api.transition(kind, before["id"], kind.lifecycle.moves[kind.lifecycle.initial][0])
    moved = (await api.get(kind, before["id"])).json()
    body = {name: before[name] for name in required(kind)} | {"name": "Another"}
    after = await api.put(kind, before["id"], body, if_match=str(moved["version"]))
    assert (after.json()["key"], after.json()["state"]) == (before["key"], moved["state"])


@some_kinds
async def test_only_if_there_is_none_yet(api: Api, kind: Kind) -> None:
    id, body = new_id(), await api.body(kind)
    assert (await api.put(kind, id, body, if_none_match="*")).status_code == 201
    assert (await api.put(kind, id, body, if_none_match="*")).status_code == 412


@some_kinds
async def test_a_version_of_nothing_is_never_matched(api: Api, kind: Kind) -> None:
    for tag in ("*", "1"):
        assert (await api.put(kind, new_id(), await api.body(kind), if_match=tag)).status_code == 412


async def test_only_a_strong_tag_in_quotes_matches(api: Api) -> None:
    for tag, status in {'W/"1"': 412, "1": 400, "": 400, "x": 400, '"9", "1"': 200}.items():
        tactic = await api.make("tactic")
        path = f"/strategy/v1/tactics/{tactic['id']}"
        answer = await api.send("PUT", path, json={"name": "Other"}, headers={"If-Match": tag})
        assert (tag, answer.status_code) == (tag, status)


async def test_one_is_not_true(api: Api) -> None:
    """Equal for the language, and different for everybody who reads the event."""
    tactic = await api.make("tactic", name="A", custom={"flag": 1})
    path = f"/strategy/v1/tactics/{tactic['id']}"
    for version, value in enumerate([True, 1.0, 1, [True], [1]], 1):
        body = {"name": "A", "custom": {"flag": value}}
        answer = await api.send("PUT", path, json=body, headers={"If-Match": f'"{version}"'})
        assert answer.json()["version"] == version + 1
        assert answer.json()["custom"] == {"flag": value}
