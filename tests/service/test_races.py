"""Many at once: exactly one wins, everybody else is told why, and versions have no holes."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from shared.contracts import LINKS, NODE_KINDS
from tests.service.api import Api, codes, eventually, new_id, one_loop
from tests.service.web.browsing import code, offered, stranger

pytestmark = one_loop
WRITERS = 16
TACTIC, OBJECTIVE = NODE_KINDS["tactic"], NODE_KINDS["objective"]


async def at_once(*requests: Any) -> list[httpx.Response]:
    return list(await asyncio.gather(*requests))


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def versions(api: Api, id: str) -> list[int]:
    return [item["version"] for item in await api.history(TACTIC, id)]


@pytest.mark.parametrize("verb", ["patch", "put", "transition", "delete", "mixed"])
async def test_of_many_writers_on_one_version_one_wins(api: Api, verb: str) -> None:
    id = (await api.make(TACTIC))["id"]

    def write(n: int) -> Any:
        verbs = {
            "patch": lambda: api.patch(TACTIC, id, {"description": str(n)}, if_match="1"),
            "put": lambda: api.put(TACTIC, id, {"name": str(n)}, if_match="1"),
            "transition": lambda: api.transition(TACTIC, id, "proposed", if_match="1"),
            "delete": lambda: api.delete(TACTIC, id, if_match="1"),
        }
        return verbs[list(verbs)[n % 4] if verb == "mixed" else verb]()

    answers = await at_once(*(write(n) for n in range(WRITERS)))
    won = [answer for answer in answers if answer.is_success]
    assert len(won) == 1
    assert set(statuses(answers)) <= {won[0].status_code, 410, 412}
    assert await versions(api, id) == [1, 2]


async def test_who_tries_again_gets_through(api: Api) -> None:
    id = (await api.make(TACTIC, custom={}))["id"]

    async def add(n: int) -> None:
        while True:
            read = await api.get(TACTIC, id)
            merge = {"custom": {str(n): n}}
            answer = await api.patch(TACTIC, id, merge, if_match=str(read.json()["version"]))
            if answer.status_code == 200:
                return
            assert answer.status_code == 412

    await asyncio.gather(*(add(n) for n in range(WRITERS)))
    assert len((await api.get(TACTIC, id)).json()["custom"]) == WRITERS
    assert await versions(api, id) == list(range(1, WRITERS + 2))


async def test_the_same_id_with_the_same_body(api: Api) -> None:
    id = new_id()
    answers = await at_once(*(api.put(TACTIC, id, {"name": "A", "key": f"k-{id}"}) for _ in range(WRITERS)))
    assert statuses(answers) == {201: 1, 200: WRITERS - 1}
    assert {answer.content for answer in answers} == {(await api.get(TACTIC, id)).content}
    assert await versions(api, id) == [1]


async def test_the_same_id_with_another_body(api: Api) -> None:
    id = new_id()
    answers = await at_once(*(api.put(TACTIC, id, {"name": f"A {n}"}) for n in range(WRITERS)))
    assert statuses(answers) == {201: 1, 428: WRITERS - 1}
    assert await versions(api, id) == [1]


async def test_the_same_id_only_if_there_is_none(api: Api) -> None:
    id = new_id()
    answers = await at_once(*(api.put(TACTIC, id, {"name": "A"}, if_none_match="*") for _ in range(WRITERS)))
    assert statuses(answers) == {201: 1, 412: WRITERS - 1}


async def test_an_id_that_comes_back(api: Api) -> None:
    id = (await api.make(TACTIC))["id"]
    await api.delete(TACTIC, id)
    answers = await at_once(*(api.put(TACTIC, id, {"name": "A"}, if_none_match="*") for _ in range(WRITERS)))
    assert statuses(answers) == {201: 1, 412: WRITERS - 1}
    assert await versions(api, id) == [1, 2, 3]


async def test_the_same_key(api: Api) -> None:
    key = f"k-{new_id()}"
    answers = await at_once(*(api.post(TACTIC, key=key) for _ in range(WRITERS)))
    assert statuses(answers) == {201: 1, 409: WRITERS - 1}
    assert len(await api.items(TACTIC, key=key)) == 1


async def test_the_same_name_gives_each_a_key_of_its_own(api: Api) -> None:
    name = f"Twin {new_id()}"
    answers = await at_once(*(api.post(TACTIC, name=name) for _ in range(WRITERS)))
    assert statuses(answers) == {201: WRITERS}
    assert len({answer.json()["key"] for answer in answers}) == WRITERS


async def test_a_crowd_whose_names_make_the_same_keys(api: Api) -> None:
    """Some take by name what others come to by counting."""
    name = f"Twin {new_id()}"
    names = [f"{name} 2" if n % 8 == 0 else name for n in range(4 * WRITERS)]
    answers = await at_once(*(api.post(TACTIC, name=name) for name in names))
    assert statuses(answers) == {201: 4 * WRITERS}
    assert len({answer.json()["key"] for answer in answers}) == 4 * WRITERS


async def test_the_same_link(api: Api) -> None:
    source, target = await api.make("strategy"), await api.make("strategy")
    answers = await at_once(*(api.link("supports", source, target) for _ in range(WRITERS)))
    first = next(answer.json() for answer in answers if answer.status_code == 201)
    assert statuses(answers) == {201: 1, 409: WRITERS - 1}
    assert {a.json()["existing"] for a in answers if a.status_code == 409} == {f"link/{first['id']}"}


async def test_links_that_would_come_back_together(api: Api) -> None:
    source, target = await api.make("strategy"), await api.make("strategy")
    ended = [(await api.link("supports", source, target, state="ended")).json()["id"] for _ in range(4)]
    answers = await at_once(*(api.transition(LINKS["strategy"], id, "active") for id in ended))
    assert statuses(answers) == {200: 1, 409: 3}


@pytest.mark.parametrize("length", [2, 3, 5])
async def test_links_that_would_close_a_circle_together(api: Api, length: int) -> None:
    nodes = [await api.make(OBJECTIVE) for _ in range(length)]
    pairs = zip(nodes, [*nodes[1:], nodes[0]], strict=True)
    answers = await at_once(*(api.link("part_of", lower, upper) for lower, upper in pairs))
    assert statuses(answers) == {201: length - 1, 422: 1}
    assert [codes(answer) for answer in answers if answer.status_code == 422] == [{("/target", "cycle")}]


async def test_fields_and_links_that_would_close_a_circle_together(api: Api) -> None:
    one, two = await api.make(OBJECTIVE), await api.make(OBJECTIVE)
    answers = await at_once(
        api.patch(OBJECTIVE, one["id"], {"parent_id": two["id"]}, if_match="1"),
        api.patch(OBJECTIVE, two["id"], {"parent_id": one["id"]}, if_match="1"),
        api.link("part_of", one, two),
        api.link("decomposes", two, one),
    )
    assert sum(answer.is_success for answer in answers) <= 2
    assert {answer.status_code for answer in answers if not answer.is_success} == {422}


async def test_positions_have_no_holes_after_all_that(api: Api) -> None:
    await asyncio.gather(*(api.make(TACTIC) for _ in range(3 * WRITERS)))

    async def caught_up() -> Any:
        page = (await api.send("GET", "/strategy/v1/changes", params={"after": 0, "limit": 1000})).json()
        return page if page["items"] else None

    page = await eventually(caught_up)
    assert [event["position"] for event in page["items"]] == list(range(1, len(page["items"]) + 1))


async def test_of_many_who_press_the_button_of_one_code_one_is_signed_in(api: Api) -> None:
    asked = code(api.platform)
    browsers = [stranger(api.platform) for _ in range(WRITERS)]
    forms = [await offered(browser, asked) for browser in browsers]
    pressed = [browser.post("/signin", data=form) for browser, form in zip(browsers, forms, strict=True)]
    assert statuses(await at_once(*pressed)) == Counter({303: 1, 401: WRITERS - 1})
