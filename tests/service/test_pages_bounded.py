"""A page has room for so many bytes: whoever follows its cursor comes to everything, and no page is larger."""

from itertools import pairwise
from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from shared.http import pagination
from tests.service.api import Api, State, new_id, one_loop
from tests.service.boards import INCREMENT, Board, board, ref, signer

pytestmark = one_loop
ROOM, LARGE = 20_000, 6_000
TACTIC = NODE_KINDS["tactic"]


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MOST_BYTES", ROOM)


async def followed(api: Api, path: str, **params: Any) -> tuple[list[Any], list[int]]:
    """All items of a list, and how many bytes each page has."""
    items, sizes, cursor = list[Any](), list[int](), None
    while not sizes or cursor:
        answer = await api.send("GET", path, params=params | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        sizes.append(len(answer.content))
    return items, sizes


async def tactics(api: Api, number: int) -> tuple[str, list[State]]:
    """Some that are large, with a tag of their own."""
    tag = new_id()
    made = [await api.make(TACTIC, tags=[tag], description="d" * LARGE, name=f"{n} {tag}") for n in range(number)]
    return tag, made


@pytest.mark.parametrize("sort", ["id", "-id", "name", "-updated_at"])
async def test_a_list(api: Api, sort: str) -> None:
    tag, made = await tactics(api, 10)
    items, sizes = await followed(api, "/strategy/v1/tactics", tag=tag, sort=sort, limit=200)
    expected = [each["id"] for each in made]
    assert [each["id"] for each in items] == (expected[::-1] if sort.startswith("-") else expected)
    assert len(sizes) >= 4, "three fit into a page"
    assert max(sizes) < ROOM + 1000


async def test_what_is_larger_than_a_page_comes_alone(api: Api) -> None:
    tag = new_id()
    made = [await api.make(TACTIC, tags=[tag], custom={"a": "d" * 3 * ROOM}) for _ in range(3)]
    items, sizes = await followed(api, "/strategy/v1/tactics", tag=tag)
    assert [each["id"] for each in items] == [each["id"] for each in made]
    assert len([size for size in sizes if size > ROOM]) == 3


async def test_a_history(api: Api) -> None:
    id = (await api.make(TACTIC))["id"]
    for version in range(1, 11):
        await api.patch(TACTIC, id, {"description": f"{version}" * LARGE}, if_match=str(version))
    items, sizes = await followed(api, api.path(TACTIC, id, "history"), limit=200)
    assert [each["version"] for each in items] == list(range(1, 12))
    assert len(sizes) > 2
    assert max(sizes) < ROOM + 1000
    for before, after in pairwise(items[1:]):
        assert before["changes"][0]["to"] == after["changes"][0]["from"]


async def test_changes(api: Api) -> None:
    start = (await api.platform.client.changes("strategy"))["head"]["position"]
    _, made = await tactics(api, 10)
    await api.platform.caught_up()
    after, seen, pages = start, [], 0
    while True:
        answer = await api.send("GET", "/strategy/v1/changes", params={"after": after, "limit": 1000})
        page = answer.json()
        assert len(answer.content) < ROOM + 1000
        assert page["next_after"] == (page["items"][-1]["position"] if page["items"] else after)
        seen += [each["subject"] for each in page["items"]]
        pages += 1
        after = page["next_after"]
        if after >= page["head"]["position"]:
            break
    assert [subject for subject in seen if subject.partition("/")[2] in {each["id"] for each in made}] == [
        f"tactic/{each['id']}" for each in made
    ]
    assert pages >= 4


async def test_changes_of_a_rare_kind_are_looked_for_in_so_many_positions(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.changes.page.MOST_LOOKED_AT", 5)
    rare = await api.make("driver")
    await tactics(api, 8)
    last = await api.make("driver")
    await api.platform.caught_up()
    after, seen = 0, list[str]()
    while True:
        params = {"after": after, "kind": "driver"}
        page = (await api.send("GET", "/strategy/v1/changes", params=params)).json()
        assert after < page["next_after"] <= after + 5 or page["next_after"] == page["head"]["position"]
        seen += [each["subject"] for each in page["items"]]
        after = page["next_after"]
        if after >= page["head"]["position"]:
            break
    assert seen[-2:] == [f"driver/{rare['id']}", f"driver/{last['id']}"]


async def test_a_difference_between_moments(api: Api) -> None:
    before = (await api.platform.client.get_json("/alignment/v1/status"))["watermark"]["strategy"]
    _, made = await tactics(api, 10)
    await api.platform.caught_up()
    items, sizes = await followed(api, "/alignment/v1/diff", **{"from": before, "limit": 200})
    told = [each["node"]["id"] for each in items if each["node"]]
    assert [id for id in told if id in {each["id"] for each in made}] == [each["id"] for each in made]
    assert len(sizes) >= 4


@pytest.mark.parametrize(
    ("view", "kind", "name", "body"),
    [
        ("design", "service", "service", {}),
        (
            "offerings",
            "service_offering",
            "offering",
            {"components": [{"type": "action", "trigger": "t" * 190}] * 10},
        ),
    ],
)
async def test_coverage(api: Api, view: str, kind: str, name: str, body: State) -> None:
    made = [await api.make(kind, **body) for _ in range(60)]
    await api.platform.caught_up()
    items, sizes = await followed(api, f"/alignment/v1/coverage/{view}", limit=200)
    shown = [each[name]["id"] for each in items]
    assert {each["id"] for each in made} <= set(shown)
    assert len(shown) == len(set(shown))
    assert len(sizes) > 1


async def test_entries_of_the_signature_log(api: Api) -> None:
    """Each of them holds all that was signed."""
    for _ in range(7):
        made = await board(api, items=1, signers=1)
        await api.patch(INCREMENT, made.id, {"description": "d" * LARGE}, if_match="*")
        await made.move("submitted")
        assert (await made.decide(0)).json()["state"] == "signed"
    log, sizes, found, after = "/strategy/v1/signature-log", list[int](), list[int](), 0
    newest = (await api.send("GET", log)).json()["size"]
    while after < newest:
        answer = await api.send("GET", f"{log}/entries", params={"after": after})
        found += [each["position"] for each in answer.json()["items"]]
        after = answer.json()["next_after"]
        sizes.append(len(answer.content))
    assert found == list(range(newest))
    assert max(sizes) < ROOM + 2 * LARGE


async def test_signatures_of_an_item(api: Api) -> None:
    """Each of them says how the item differs since."""
    item, who = await api.make("tactic", state="proposed", description="a" * LARGE), await signer(api)
    for letter in "bcde":
        members = {"items": [ref(item)], "signers": [who["id"]]}
        made = Board(api, await api.make("increment", **members), [item], [who])
        await made.move("submitted")
        assert (await made.decide(0)).json()["state"] == "signed"
        await api.patch(TACTIC, item["id"], {"description": letter * LARGE}, if_match="*")
    told = (await api.send("GET", api.path(TACTIC, item["id"], "signatures"))).json()
    assert (len(told["items"]), told["hidden"]) == (1, 3)
    assert told["items"][0]["signed_version"] > 1, "the newest comes first"
