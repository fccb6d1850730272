"""Many things of a list changed at once: what would be written is said first, and it is written for all or for none."""

import re
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.platform import Platform
from tests.service.web.acting import fields, parsed, someone, typed, words
from tests.service.web.browsing import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")
State = dict[str, Any]
EDIT = "/list/driver/edit"
NUMBERS = count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def drivers(sampled: Platform) -> AsyncIterator[list[State]]:
    """Three in the order of the list: a draft, one that is active, and one that is closed."""
    client, number = sampled.client, next(NUMBERS)
    named = [(f"Many {number} A", "draft", 1), (f"Many {number} B", "active", 2), (f"Many {number} C", "closed", 2)]
    made = [
        await client.post("driver", {"name": name, "state": state, "criticality": grade, "tags": ["wet"]})
        for name, state, grade in named
    ]
    await sampled.caught_up()
    yield made
    for each in made:
        now = await client.get("driver", each["id"])
        if now["state"] == "draft":
            await client.delete("driver", now["id"], now["version"], "The test is over.")
        elif now["state"] == "active":
            await client.transition("driver", now["id"], now["version"], "closed", "The test is over.")
    await sampled.caught_up()


@pytest_asyncio.fixture(loop_scope="session")
async def writer(sampled: Platform) -> httpx.AsyncClient:
    return await someone(sampled, "ingrid.castellan", "strategy:write")


def mark(state: State) -> str:
    return f"{state['id']}@{state['version']}"


def listed(states: list[State]) -> str:
    return f"/list/driver?q={states[0]['name'][:-2].replace(' ', '+')}"


async def ticked(browser: httpx.AsyncClient, states: list[State], change: str, **values: Any) -> Any:
    """The page that comes of ticking these in the list."""
    [form] = (await shown(browser, listed(states))).xpath(f"//form[@action='{EDIT}']")
    given = typed(fields(form), row=[mark(each) for each in states], change=change, act="begin", **values)
    answer = await browser.post(EDIT, data=given)
    assert answer.status_code == 200, answer.text[:500]
    return parsed(answer)


async def sent(browser: httpx.AsyncClient, page: Any, act: str, **values: Any) -> httpx.Response:
    [form] = page.xpath(f"//main//form[@action='{EDIT}']")
    return await browser.post(EDIT, data=typed(fields(form), act=act, **values))


def rows(page: Any) -> list[str]:
    """Without the number that a test has of its own."""
    return [re.sub(r"^Many \d+", "Many", words(each)) for each in page.xpath("//main//tbody/tr")]


async def now(platform: Platform, states: list[State]) -> list[State]:
    return [await platform.client.get("driver", each["id"]) for each in states]


async def test_a_member_of_some_is_previewed_and_saved_as_one_change(
    sampled: Platform, writer: httpx.AsyncClient, drivers: list[State]
) -> None:
    begun = await ticked(writer, drivers[:2], "set:criticality")
    assert rows(begun) == ["Many A 1", "Many B 2"]
    assert not begun.xpath("//button[@value='save']")
    wrong = await sent(writer, begun, "check", criticality="much")
    assert (wrong.status_code, "Must be a whole number." in wrong.text) == (422, True)
    page = parsed(await sent(writer, begun, "check", criticality="2"))
    assert rows(page) == ["Many A 1 2", "Many B 2 It is so already."]
    assert "1 of 2 would be changed" in words(page)
    assert await now(sampled, drivers) == drivers
    page = parsed(await sent(writer, page, "check", criticality="4"))
    assert rows(page) == ["Many A 1 4", "Many B 2 4"]
    done = await sent(writer, page, "save", reason="Looked at in October.")
    assert (done.status_code, done.headers["location"].partition("&")[0]) == (303, listed(drivers))
    assert "Saved, all of them." in words(await shown(writer, done.headers["location"]))
    after = await now(sampled, drivers)
    assert [(each["criticality"], each["version"], each["state_reason"]) for each in after[:2]] == [
        (4, 2, "Looked at in October."), (4, 2, "Looked at in October."),
    ]  # fmt: skip
    assert after[2] == drivers[2]
    events = (await sampled.client.get_json("/strategy/v1/changes", after=0, limit=1000))["items"]
    ids = {each["id"] for each in drivers}
    group = {each["correlationid"] for each in events if each["subject"][7:] in ids and each["data"]["changed"]
             and each["type"].endswith("changed")}  # fmt: skip
    assert len(group) == 1


async def test_a_transition_says_beside_each_row_why_not(
    sampled: Platform, writer: httpx.AsyncClient, drivers: list[State]
) -> None:
    page = await ticked(writer, drivers, "move:active")
    told = rows(page)
    assert told[0].startswith("Many A draft → becomes active")
    assert told[1] == "Many B active It is so already."
    assert "A driver that is closed cannot become active." in told[2], told[2]
    assert page.xpath("//tbody/tr[3]/td[3]//p[contains(@class, 'bad')]")
    assert page.xpath("//input[@name='row']/@checked") == ["checked", "checked"]
    assert await now(sampled, drivers) == drivers
    refused = await sent(writer, page, "save", row=[mark(each) for each in drivers])
    assert refused.status_code == 409
    assert "none is saved" in words(parsed(refused))
    assert await now(sampled, drivers) == drivers
    done = await sent(writer, parsed(refused), "save", reason="Heard of.")
    assert done.status_code == 303
    after = await now(sampled, drivers)
    assert [(each["state"], each["version"]) for each in after] == [("active", 2), ("active", 1), ("closed", 1)]
    assert after[0]["state_reason"] == "Heard of."
    gone = await sent(writer, await ticked(writer, after[:2], "move:closed"), "save", reason="Over.")
    assert gone.status_code == 303
    assert [each["state"] for each in await now(sampled, drivers)] == ["closed"] * 3


async def test_what_somebody_changed_meanwhile_is_said_at_its_row_and_nothing_is_written(
    sampled: Platform, writer: httpx.AsyncClient, drivers: list[State]
) -> None:
    one, other, _ = drivers
    page = parsed(await sent(writer, await ticked(writer, drivers[:2], "add:tags"), "check", tags="cold"))
    assert rows(page) == ["Many A cold", "Many B cold"]
    theirs = await sampled.client.patch("driver", other["id"], 1, {"tags": ["dry"]})
    met = await sent(writer, page, "save")
    assert met.status_code == 412
    page = parsed(met)
    assert "saved version 2 meanwhile" in rows(page)[1]
    assert "meanwhile" not in rows(page)[0]
    assert await now(sampled, [one, other]) == [one, theirs]
    assert (await sent(writer, page, "save")).status_code == 303
    assert [each["tags"] for each in await now(sampled, drivers)] == [["wet", "cold"], ["dry", "cold"], ["wet"]]


async def test_lines_are_taken_off_and_what_is_gone_is_told(
    sampled: Platform, writer: httpx.AsyncClient, drivers: list[State]
) -> None:
    page = await ticked(writer, drivers[:2], "take:tags")
    await sampled.client.delete("driver", drivers[0]["id"], 1, "Not needed.")
    page = parsed(await sent(writer, page, "check", tags="wet\r\nunknown"))
    assert rows(page)[0].endswith("It is not there any more.")
    assert (await sent(writer, page, "save")).status_code == 303
    assert (await sampled.client.get("driver", drivers[1]["id"]))["tags"] == []
    drivers.pop(0)


async def test_a_name_that_is_not_clear_is_chosen(
    sampled: Platform, writer: httpx.AsyncClient, drivers: list[State]
) -> None:
    unclear = await sent(writer, await ticked(writer, drivers[:1], "set:owner"), "check", owner="Network")
    assert unclear.status_code == 422
    page = parsed(unclear)
    assert "party/network-operations" in page.xpath("//input[@name='owner-choice']/@value")
    chosen = await sent(writer, page, "check", **{"owner-choice": "party/network-operations"})
    assert chosen.status_code == 200
    assert "Network Operations" in rows(parsed(chosen))[0]
    assert (await sent(writer, page, "save", **{"owner-choice": "party/network-operations"})).status_code == 303
    owner = await sampled.client.find("party", "network-operations")
    assert owner
    assert (await sampled.client.get("driver", drivers[0]["id"]))["owner"] == {"kind": "party", "id": owner["id"]}


async def test_all_of_a_page_or_none_and_never_more_than_a_hundred(
    writer: httpx.AsyncClient, drivers: list[State]
) -> None:
    [form] = (await shown(writer, listed(drivers))).xpath(f"//form[@action='{EDIT}']")
    every = await writer.post(EDIT, data=typed(fields(form), all="true", change="set:criticality", act="begin"))
    assert len(rows(parsed(every))) == 3
    none = await writer.post(EDIT, data=typed(fields(form), change="set:criticality", act="begin"))
    assert (none.status_code, "Tick at least one row." in none.text) == (422, True)
    what = await writer.post(EDIT, data=typed(fields(form), all="true", act="begin"))
    assert parsed(what).xpath("//select[@name='change']//option/@value[. = 'move:closed']")
    many = [f"7d4f0000-0000-4000-8000-{number:012}@1" for number in range(101)]
    much = await writer.post(EDIT, data=typed(fields(form), row=many, change="set:criticality", act="begin"))
    assert (much.status_code, "these are 101" in much.text) == (422, True)


async def test_who_may_not_write_is_offered_nothing(
    sampled: Platform, browser: httpx.AsyncClient, writer: httpx.AsyncClient, drivers: list[State]
) -> None:
    assert not (await shown(browser, listed(drivers))).xpath("//input[@type='checkbox']")
    assert not (await shown(writer, f"{listed(drivers)}&as_of=2200-01-01")).xpath("//main//input[@type='checkbox']")
    [token] = (await shown(browser, "/me")).xpath("(//input[@name='form'])[1]/@value")
    given = {"form": token, "row": mark(drivers[0]), "here": mark(drivers[0]), "change": "set:criticality"}
    for act in ("begin", "check", "save"):
        assert (await browser.post(EDIT, data=given | {"act": act, "criticality": "5"})).status_code == 403
    page = await shown(writer, EDIT)
    assert page.xpath("//a[.='Back to the list']/@href") == ["/list/driver"]
    assert page.xpath("//form[@data-draft]/@action") == [EDIT], "a draft can be put back"
    assert await now(sampled, drivers) == drivers


async def test_what_is_not_theirs_is_refused_beside_its_row(sampled: Platform, drivers: list[State]) -> None:
    party = await sampled.client.post("party", {"name": "Olive Owns", "type": "person", "subject": "olive.owns"})
    owned = {"owner": {"kind": "party", "id": party["id"]}}
    mine = await sampled.client.patch("driver", drivers[0]["id"], 1, owned)
    await sampled.caught_up()
    olive = await someone(sampled, "olive.owns", "strategy:write:owned")
    page = parsed(
        await sent(olive, await ticked(olive, [mine, drivers[1]], "set:criticality"), "check", criticality="5")
    )
    assert rows(page)[0] == "Many A 1 5"
    assert "You may write what you own" in rows(page)[1]
    assert page.xpath("//tbody/tr/td[1]/input[@name='row'][@checked]/@value") == [mark(mine)]
    assert (await sent(olive, page, "save", row=[mark(mine), mark(drivers[1])])).status_code == 403
    assert await now(sampled, [mine, drivers[1]]) == [mine, drivers[1]]
    assert (await sent(olive, page, "save")).status_code == 303
    assert [each["criticality"] for each in await now(sampled, drivers)] == [5, 2, 2]
    leaving = await sampled.client.transition("party", party["id"], party["version"], "leaving", "The test is over.")
    await sampled.client.transition("party", party["id"], leaving["version"], "left", "The test is over.")
