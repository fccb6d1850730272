"""GET .../history: every version with who, when, why, and what went from what to what."""

from shared.contracts import NODE_KINDS, Kind
from tests.service.api import Api, a_change, one_loop, some_kinds

pytestmark = one_loop
TACTIC = NODE_KINDS["tactic"]


@some_kinds
async def test_it_tells_every_version(api: Api, kind: Kind) -> None:
    member = next(iter(a_change(kind, "")))
    made = await api.make(kind)
    other = api.as_caller(f"{kind.service}:write", subject="somebody else")
    await other.patch(kind, made["id"], a_change(kind, "one"), if_match="1")
    await api.patch(kind, made["id"], a_change(kind, "two"), if_match="2")
    first, second, third = await api.history(kind, made["id"])
    assert [item["version"] for item in (first, second, third)] == [1, 2, 3]
    assert [item["action"] for item in (first, second, third)] == ["created", "changed", "changed"]
    assert [item["by"] for item in (first, second, third)] == ["tester", "somebody else", "tester"]
    told = [change for change in second["changes"] if change["field"] != "authors"]
    assert told == [{"field": member, "from": None, "to": "one"}]
    assert third["changes"] == [{"field": member, "from": "one", "to": "two"}]
    assert third["event"] == f"{kind.name}:{made['id']}:1.3"


async def test_a_birth_tells_what_was_given(api: Api) -> None:
    made = await api.make(TACTIC, name="A", key=f"k-{TACTIC.name}-born", budget=5)
    changes = {change["field"]: change for change in (await api.history(TACTIC, made["id"]))[0]["changes"]}
    assert set(changes) == {"name", "key", "state", "budget"}
    assert changes["budget"] == {"field": "budget", "from": None, "to": 5.0}


async def test_a_transition_and_a_deletion_tell_their_reason(api: Api) -> None:
    made = await api.make(TACTIC)
    await api.transition(TACTIC, made["id"], "proposed", "ripe")
    await api.delete(TACTIC, made["id"], "a mistake")
    _, moved, deleted = await api.history(TACTIC, made["id"])
    assert (moved["action"], moved["reason"]) == ("transitioned", "ripe")
    assert {"field": "state", "from": "draft", "to": "proposed"} in moved["changes"]
    assert (deleted["action"], deleted["reason"], deleted["changes"]) == ("deleted", "a mistake", [])


async def test_a_reason_is_that_of_its_own_version(api: Api) -> None:
    made = await api.make(TACTIC)
    await api.transition(TACTIC, made["id"], "proposed", "ripe")
    await api.patch(TACTIC, made["id"], {"description": "Told."}, if_match="2")
    assert [item["reason"] for item in await api.history(TACTIC, made["id"])] == [None, "ripe", None]


async def test_a_life_after_a_deletion_begins_from_nothing(api: Api) -> None:
    made = await api.make(TACTIC, name="Old")
    await api.delete(TACTIC, made["id"])
    await api.put(TACTIC, made["id"], {"name": "New"})
    changes = (await api.history(TACTIC, made["id"]))[-1]["changes"]
    assert {"field": "name", "from": None, "to": "New"} in changes


async def test_it_comes_in_pages(api: Api) -> None:
    made = await api.make(TACTIC)
    for version in range(1, 5):
        await api.patch(TACTIC, made["id"], {"description": str(version)}, if_match=str(version))
    whole = await api.history(TACTIC, made["id"])
    path, pages, cursor = api.path(TACTIC, made["id"], "history"), [], None
    while True:
        page = (await api.send("GET", path, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        pages.append(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    # when a version was recorded is told by the leader, which may come between two readings
    assert [v | {"at": ""} for page in pages for v in page] == [v | {"at": ""} for v in whole]


async def test_moments_have_one_form(api: Api) -> None:
    made = await api.make(TACTIC)
    await api.platform.caught_up()
    moments = [(await api.history(TACTIC, made["id"]))[0]["at"], made["created_at"]]
    assert all(len(moment) == len("2026-01-01T00:00:00.000000Z") and moment.endswith("Z") for moment in moments)
