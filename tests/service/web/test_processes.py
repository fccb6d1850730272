"""Processes on the page: who does what, and the grid that changes it, with what that opens and closes before."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.platform import Platform
from tests.service.web.acting import fields, parsed, someone, typed, words
from tests.service.web.browsing import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")
State = dict[str, Any]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sampled: Platform) -> AsyncIterator[State]:
    """A process of two activities, done by one role and answered for by another; nobody holds the first one."""
    client = sampled.client
    roles = [await client.post("role", {"name": name, "state": "active"}) for name in ("Baker", "Master baker")]
    does, answers = (each["id"] for each in roles)
    process = await client.post("process", {"name": "Baking", "state": "operational"})
    raci = [{"role_id": does, "letter": "R", "note": "By night."}, {"role_id": answers, "letter": "A"}]
    made = [
        await client.post("activity", {"name": name, "process_id": process["id"], "order": order, "raci": raci})
        for order, name in enumerate(("Knead", "Bake"), 1)
    ]
    await sampled.caught_up()
    yield {
        "process": process,
        "does": does,
        "answers": answers,
        "activities": made,
        "path": f"/raci/{process['key']}/edit",
    }
    now = await client.get("process", process["id"])
    await client.transition("process", now["id"], now["version"], "under_review", "The test is over.")
    now = await client.get("process", process["id"])
    await client.transition("process", now["id"], now["version"], "retired", "The test is over.")
    for role in roles:
        now = await client.get("role", role["id"])
        await client.transition("role", now["id"], now["version"], "retired", "The test is over.")
    await sampled.caught_up()


async def sheet(browser: httpx.AsyncClient, path: str) -> Any:
    [form] = (await shown(browser, path)).xpath("//form[@class='stack']")
    return fields(form)


async def activities(platform: Platform, process: State) -> list[State]:
    found = platform.client.list("activity", process_id=process["id"])
    return sorted([each async for each in found], key=lambda each: (each["order"] or 0, each["name"]))


def letters(activity: State) -> set[tuple[str, str]]:
    return {(each["role_id"], each["letter"]) for each in activity["raci"]}


@pytest.mark.usefixtures("settled")
async def test_the_list_has_what_is_wrong_and_each_load(sampled: Platform, browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/raci")
    [row] = page.xpath("//section[1]//tbody/tr[th/a/span = 'Incident management']")
    matrix = await sampled.client.get_json("/alignment/v1/raci/incident-management")
    wrong = len(matrix["violations"]) + sum(len(each["violations"]) for each in (*matrix["rows"], *matrix["roles"]))
    assert (f"{wrong} violation" in words(row)) is (wrong > 0)
    assert row.xpath("string(td[@data-l='Activities'])") == str(len(matrix["rows"]))
    load = (await sampled.client.get_json("/alignment/v1/load", limit=200))["items"]
    rows = page.xpath("//section[2]//tbody/tr")
    assert [row.xpath("string(th//a)") for row in rows] == [each["party"]["name"] for each in load if each["roles"]]
    told = [[row.xpath(f"string(td[{column}])") for column in (2, 3, 4, 5)] for row in rows]
    assert told == [[str(each["letters"][letter]) for letter in "ARCI"] for each in load if each["roles"]]


@pytest.mark.usefixtures("settled")
async def test_a_process_shows_its_grid_its_seats_and_what_is_handed_over(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    page = await shown(browser, "/raci/incident-management")
    matrix = await sampled.client.get_json("/alignment/v1/raci/incident-management")
    [table] = page.xpath("//table[@class='raci']")
    assert [words(each) for each in table.xpath("thead//th[position() > 1]/text()/..")]
    rows = [[cell.xpath("abbr/text()") for cell in row.xpath("td")] for row in table.xpath("tbody/tr")]
    assert rows == [[cell["letters"] for cell in row["cells"]] for row in matrix["rows"]]
    vacant = table.xpath("thead//th[@class='vac']/text()[1]")
    assert [each.strip() for each in vacant] == [
        each["role"]["name"] for each in matrix["roles"] if not each["parties"]
    ]
    assert "Bring it back first, find out why afterwards." in words(table)
    handed = page.xpath("//section[header/h2 = 'Hand-offs']//li")
    activities = {each["activity"]["id"] for each in matrix["rows"]}
    there = [h async for h in sampled.client.list("handoff", state="active") if h["from_activity_id"] in activities]
    assert len(handed) == len(there) > 0
    for each in there:
        assert (each["acceptance"] or "").strip(".") in words(page)
    await shown(browser, "/raci/nothing", 404)


async def test_apply_shows_what_a_change_opens_and_closes_and_writes_nothing(sampled: Platform, desk: State) -> None:
    browser = await someone(sampled, "ingrid.castellan", "roles:write")
    given = await sheet(browser, desk["path"])
    knead, _ = desk["activities"]
    cell = f"letter.{knead['id']}.{desk['does']}"
    assert (cell, "R") in given
    answer = await browser.post(desk["path"], data=typed(given, **{cell: "C", "act": "apply"}))
    assert answer.status_code == 200
    page = parsed(answer)
    assert "No R: nobody does it." in words(page.xpath(f"//tr[@id='row-{knead['id']}']")[0])
    assert page.xpath(f"//select[@name='{cell}']/option[@selected]/@value") == ["C"]
    assert "Nobody does Knead." in [words(each) for each in page.xpath("//li[@class='opened']//span[@class='t1']")]
    assert "1 letter" in words(page.xpath("//div[@class='savebar']")[0])
    assert await activities(sampled, desk["process"]) == desk["activities"]


async def test_a_vacant_seat_leads_to_who_is_to_hold_it_from_today_on(sampled: Platform, desk: State) -> None:
    browser = await someone(sampled, "ingrid.castellan", "roles:write")
    role = await sampled.client.get("role", desk["does"])
    page = await shown(browser, desk["path"])
    way = page.xpath("//a[.='Fill the seat']/@href")[0]
    assert f"role_id=role/{role['key']}&" in way
    form = fields((await shown(browser, way)).xpath("//main//form")[0])
    assert ("role_id", f"role/{role['key']}") in form
    answer = await browser.post(way, data=typed(form, party_id="party/maeve-stroud", act="save"))
    assert answer.status_code == 303
    [made] = [each async for each in sampled.client.list("role_assignment", role_id=desk["does"])]
    assert made["scope"] == {"kind": "process", "id": desk["process"]["id"]}
    assert made["valid_from"] == f"{made['created_at'][:10]}T00:00:00Z", "the clock fills the seat"
    await sampled.client.transition("role_assignment", made["id"], made["version"], "ended", "The test is over.")


async def test_save_writes_all_with_one_reason(sampled: Platform, desk: State) -> None:
    browser = await someone(sampled, "ingrid.castellan", "roles:write")
    knead, bake = desk["activities"]
    page = parsed(await browser.post(desk["path"], data=typed(await sheet(browser, desk["path"]), act="row.add")))
    given = fields(page.xpath("//form[@class='stack']")[0])
    assert ("row", "new1") in given
    nameless = await browser.post(desk["path"], data=typed(given, act="save"))
    assert (nameless.status_code, "Give the new activity a name." in nameless.text) == (422, True)
    moved = parsed(await browser.post(desk["path"], data=typed(given, act=f"row.down.{knead['id']}")))
    given = fields(moved.xpath("//form[@class='stack']")[0])
    assert [value for name, value in given if name == "row"] == [bake["id"], knead["id"], "new1"]
    change = {f"letter.new1.{desk['answers']}": "A R", f"letter.{bake['id']}.{desk['answers']}": "A C"}
    names = ["Bake", "Knead well", "Sell"]
    answer = await browser.post(desk["path"], data=typed(given, **change, name=names, reason="Sold, too.", act="save"))
    assert answer.status_code == 303
    assert "Saved." in words(await shown(browser, answer.headers["location"]))
    now = await activities(sampled, desk["process"])
    assert [(each["name"], each["order"], each["state_reason"]) for each in now] == [
        ("Bake", 1, "Sold, too."), ("Knead well", 2, "Sold, too."), ("Sell", 3, "Sold, too."),
    ]  # fmt: skip
    assert letters(now[0]) == {(desk["does"], "R"), (desk["answers"], "A"), (desk["answers"], "C")}
    assert now[0]["raci"][0]["note"] == "By night."
    assert letters(now[2]) == {(desk["answers"], "A"), (desk["answers"], "R")}
    assert [each["version"] for each in now] == [2, 2, 1]


async def test_what_is_taken_out_is_retired_once_it_is_saved(sampled: Platform, desk: State) -> None:
    browser = await someone(sampled, "ingrid.castellan", "roles:write")
    knead, bake = desk["activities"]
    given = await sheet(browser, desk["path"])
    answer = await browser.post(desk["path"], data=typed(given, act=f"row.remove.{bake['id']}"))
    assert answer.status_code == 200
    page = parsed(answer)
    steps = [{"action": "retire", "ref": f"activity/{bake['id']}"}]
    outcome = await sampled.client.send("POST", "/alignment/v1/scenarios", {"steps": steps}, safe=True)
    assert outcome["closed"]
    closed = [words(each) for each in page.xpath("//li[@class='closed']//span[@class='t1']")]
    assert closed == [each["sentence"] for each in outcome["closed"]]
    assert "Bake" in words(page.xpath("//section[header/h2 = 'Taken out']")[0])
    given = fields(page.xpath("//form[@class='stack']")[0])
    assert (await sampled.client.get("activity", bake["id"]))["state"] != "retired"
    answer = await browser.post(desk["path"], data=typed(given, reason="Bread is bought.", act="save"))
    assert answer.status_code == 303
    gone = await sampled.client.get("activity", bake["id"])
    assert (gone["state"], gone["state_reason"]) == ("retired", "Bread is bought.")
    assert await sampled.client.get("activity", knead["id"]) == knead


async def test_what_others_did_meanwhile_is_kept_and_told(sampled: Platform, desk: State) -> None:
    browser = await someone(sampled, "ingrid.castellan", "roles:write")
    knead, bake = desk["activities"]
    given = await sheet(browser, desk["path"])
    raci = [{"role_id": desk["does"], "letter": "I"}, {"role_id": desk["answers"], "letter": "A"}]
    await sampled.client.patch("activity", knead["id"], knead["version"], {"name": "Knead slowly", "raci": raci})
    mine = {f"letter.{knead['id']}.{desk['does']}": "C", f"letter.{bake['id']}.{desk['answers']}": "A R"}
    answer = await browser.post(desk["path"], data=typed(given, **mine, reason="Mine.", act="save"))
    assert answer.status_code == 412
    page = parsed(answer)
    assert "Knead, Baker: was R , they have I , you have C" in words(page.xpath("//div[@role='alert']")[0])
    assert (await sampled.client.get("activity", bake["id"]))["version"] == bake["version"]
    given = fields(page.xpath("//form[@class='stack']")[0])
    assert ("name", "Knead slowly") in given
    assert ("reason", "Mine.") in given
    assert (await browser.post(desk["path"], data=typed(given, act="save"))).status_code == 303
    first, second = await activities(sampled, desk["process"])
    assert (first["name"], letters(first)) == ("Knead slowly", {(desk["does"], "C"), (desk["answers"], "A")})
    assert letters(second) == {(desk["does"], "R"), (desk["answers"], "A"), (desk["answers"], "R")}


async def test_what_others_took_out_stays_out_and_is_told(sampled: Platform, desk: State) -> None:
    browser = await someone(sampled, "ingrid.castellan", "roles:write")
    knead, bake = desk["activities"]
    given = await sheet(browser, desk["path"])
    await sampled.client.transition("activity", bake["id"], bake["version"], "retired", "Bread is bought.")
    answer = await browser.post(desk["path"], data=typed(given, name=["Knead well", "Bake"], act="save"))
    assert answer.status_code == 412
    page = parsed(answer)
    assert "Bake: they have taken it out" in words(page.xpath("//div[@role='alert']")[0])
    given = fields(page.xpath("//form[@class='stack']")[0])
    assert [value for name, value in given if name in ("row", "name")] == ["Knead well", knead["id"]]
    assert (await browser.post(desk["path"], data=typed(given, act="save"))).status_code == 303
    now = await activities(sampled, desk["process"])
    assert [(each["name"], each["state"] == "retired") for each in now] == [("Knead well", False), ("Bake", True)]


async def test_all_letters_of_one_role_stay_when_something_else_is_changed(sampled: Platform, desk: State) -> None:
    browser = await someone(sampled, "ingrid.castellan", "roles:write")
    knead, _ = desk["activities"]
    raci = [{"role_id": desk["does"], "letter": letter} for letter in "ARC"]
    await sampled.client.patch("activity", knead["id"], knead["version"], {"raci": raci})
    given = await sheet(browser, desk["path"])
    answer = await browser.post(desk["path"], data=typed(given, name=["Knead", "Bake well"], act="save"))
    assert answer.status_code == 303
    first, second = await activities(sampled, desk["process"])
    assert letters(first) == {(desk["does"], letter) for letter in "ARC"}
    assert second["name"] == "Bake well"


async def test_of_many_deliverables_the_first_say_when_they_are_good_and_the_others_are_counted(
    sampled: Platform, browser: httpx.AsyncClient, desk: State
) -> None:
    knead, _ = desk["activities"]
    body = {"quality_rule": "It smells of bread.", "produced_by_ids": [knead["id"]]}
    lines: list[State] = [
        {"kind": "deliverable", "id": str(uuid4()), "body": {"name": f"Loaf {number}", **body}} for number in range(70)
    ]
    await sampled.client.bulk("roles", lines, atomic=True)
    await sampled.caught_up()
    page = await shown(browser, f"/raci/{desk['process']['key']}")
    told = [words(each) for each in page.xpath("//section[header/h2[starts-with(., 'Deliverables')]]//li")]
    assert (len(told), sum("It smells of bread." in each for each in told)) == (70, 60)
    assert "10 of the hand-offs and deliverables are shown by name only" in words(page)
    for each in lines:
        await sampled.client.delete("deliverable", each["id"], 1, "The test is over.")
    await sampled.caught_up()


async def test_who_may_not_write_reads_why(sampled: Platform, browser: httpx.AsyncClient, desk: State) -> None:
    page = await shown(browser, desk["path"])
    assert "It takes the right roles:write" in words(page)
    assert page.xpath("//button[@value='save']/@disabled")
    given = fields(page.xpath("//form[@class='stack']")[0])
    assert (await browser.post(desk["path"], data=typed(given, act="save"))).status_code == 403
