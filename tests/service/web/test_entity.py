"""One thing and its pages: what is said of it is what the API answers, and what is done there is done."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.contracts import LINKS, NODE_KINDS
from shared.scopes import ALL_SCOPES
from tests.platform import Platform
from tests.service.web.browsing import posted, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
PORTAL = "/entity/service/customer-portal"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def editor(sampled: Platform) -> httpx.AsyncClient:
    return await visitor(sampled, *(each for each in ALL_SCOPES if each.endswith((":write", ":register"))))


def text(page: Any, path: str = "//main") -> str:
    return " ".join(" ".join(" ".join(each.itertext()).split()) for each in page.xpath(path))


def fact(page: Any, name: str) -> str:
    return text(page, f"//dl[@class='facts']/div[dt='{name}']/dd")


async def test_it_is_addressed_by_its_key_and_an_id_leads_there(sampled: Platform, browser: httpx.AsyncClient) -> None:
    found = await sampled.client.find("service", "customer-portal")
    assert found
    answer = await browser.get(f"/entity/service/{found['id']}")
    assert (answer.status_code, answer.headers["location"]) == (303, PORTAL)
    past = await browser.get(f"/entity/service/{found['id']}?as_of=2999-01-01T00:00:00Z")
    assert past.headers["location"] == f"{PORTAL}?as_of=2999-01-01T00%3A00%3A00.000000Z"


async def test_who_for_whom_and_why_come_first(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """Decided by hand from the sample: owner, customers, promise, contracts."""
    page = await shown(browser, "/entity/service/live-network-map")
    assert fact(page, "Owner") == "SN Service owner, live network service owner"
    assert fact(page, "Customers").startswith("Control room")
    assert fact(page, "Contracts") == "2 UC, 1 SLA"
    assert "≤" in fact(page, "Promised") or "≥" in fact(page, "Promised")
    why = await sampled.client.get_json("/alignment/v1/why/service/live-network-map")
    for path in why["paths"][:2]:
        assert path["steps"][0]["node"]["name"] in text(page, "//*[@id='why']")
    impact = await sampled.client.get_json("/alignment/v1/impact/service/live-network-map", limit=50)
    before = text(page, "//*[@id='before']")
    for asked in impact["to_ask"][:6]:
        assert asked["node"]["name"] in before
    for hit in impact["contracts"][:5]:
        assert hit["node"]["name"] in before


@pytest.mark.usefixtures("settled")
async def test_each_relation_is_told_once(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """On the overview beside what has a card of its own; all of them on the page of relations."""
    node = await sampled.client.get_json("/alignment/v1/nodes/service/live-network-map")
    page = await shown(browser, "/entity/service/live-network-map")
    told = page.xpath("//*[@id='relations']//a[@class='e']/@title")
    assert len(told) == len(set(told)) > 5
    assert not [each for each in told if "design package" in each or each.startswith("role ")]
    rows = (await shown(browser, "/entity/service/live-network-map/relations")).xpath("//tbody/tr")
    names = sorted(each["node"]["name"] for each in (*node["out"], *node["in"]))
    assert sorted(row.xpath("string(td[2]/a/span)") for row in rows) == names


async def test_nested_members_are_sentences(sampled: Platform, browser: httpx.AsyncClient) -> None:
    offering = text(await shown(browser, "/entity/service_offering/control-room-live"))
    assert "they may use" in offering
    assert "when they ask:" in offering
    contract = text(await shown(browser, "/entity/contract/uc-network-model-licence"))
    assert "Petra Holmgaard for the provider, signed on 18 November 2025" in contract
    slice_ = await browser.get("/entity/increment/dependable-first-slice")
    assert slice_.headers["location"] == "/increments/dependable-first-slice"


@pytest.mark.usefixtures("settled")
async def test_a_party_shows_what_it_carries_and_would_leave_open(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    parties = (await sampled.client.get_json("/alignment/v1/load", limit=200))["items"]
    most = max(parties, key=lambda each: each["letters"]["R"])
    page = await shown(browser, f"/entity/party/{most['party']['key']}")
    carried = text(page, "//section[h2='What they carry'] | //section[header/h2='What they carry']")
    for letter in "RACI":
        assert f"{letter} {most['letters'][letter]}" in carried
    gone = await sampled.client.get_json(f"/alignment/v1/departures/{most['party']['id']}")
    for seat in gone["seats"]:
        assert seat["role"]["name"] in carried
    assert gone["seats"]
    for owned in gone["owns"][:20]:
        assert owned["name"] in text(page)


async def test_a_relation_is_added_with_its_reason_and_ended(sampled: Platform, editor: httpx.AsyncClient) -> None:
    made = await sampled.client.post("tactic", {"name": "Dig once"})
    await sampled.caught_up()
    path = f"/entity/tactic/{made['key']}/relations"
    page = await shown(editor, path)
    form = "//section[@id='add']//form"
    offered = {each.partition("/")[0] for each in page.xpath("//datalist[@id='f-to-list']/option/@value")}
    assert offered >= {"strategy", "objective", "operation", "project", "service"}, "of each kind that it may lead to"
    sure = await posted(editor, page, form, path, 422, type="decomposes", to="water", confidence="150")
    assert "It is from 0 to 100." in text(sure)
    unclear = await posted(editor, page, form, path, 422, type="decomposes", to="water")
    assert len(unclear.xpath("//input[@name='to-choice']")) > 1
    nobody = await posted(editor, page, form, path, 422, type="decomposes", to="no such thing")
    assert "Nothing here is called like that." in text(nobody)
    [choice] = [each for each in unclear.xpath("//input[@name='to-choice']/@value") if each.startswith("strategy/")][:1]
    after = await posted(
        editor, unclear, form, path, 303, **{"to-choice": choice}, rationale="Cheaper by half.", confidence="60"
    )
    assert "Linked." in text(after, "//body")
    row = text(after, "//tbody/tr")
    assert "Cheaper by half." in row
    assert "60 %" in row
    gone = await posted(editor, after, "//tbody//form", path, 303, reason="A test.")
    assert "The link has ended." in text(gone, "//body")
    links = [each async for each in sampled.client.list(LINKS["strategy"], source_id=made["id"])]
    assert [(each["state"], each["state_reason"], each["confidence"]) for each in links] == [("ended", "A test.", 0.6)]
    await sampled.client.delete("tactic", made["id"], made["version"], "a test")


async def test_history_says_from_what_to_what_and_leads_back(sampled: Platform, editor: httpx.AsyncClient) -> None:
    kind = NODE_KINDS["objective"]
    party = await sampled.client.find("party", "maeve-stroud")
    assert party
    made = await sampled.client.post("objective", {"name": "Hear first", "tags": ["a"], "due": "2027-03-31"})
    change = {"due": "2027-06-30", "owner": {"kind": "party", "id": party["id"]}, "tags": ["a", "b"]}
    await sampled.client.patch(kind, made["id"], 1, {**change, "state_reason": "The board asked."})
    await sampled.caught_up()
    path = f"/entity/objective/{made['key']}/history"
    page = await shown(editor, path)
    newest = text(page, "//ol[@class='time']/li[1]")
    for said in ("tester", "The board asked.", "Due 31 March 2027 30 June 2027", "Owner Maeve Stroud", "Tags b"):
        assert said in newest, newest
    then = page.xpath("//ol[@class='time']/li[2]//a/@href")[0]
    assert "30 June 2027" not in text(await shown(editor, then))
    stale = await shown(editor, path)
    back = await posted(editor, page, "//ol[@class='time']/li[2]//form", path, 303)
    assert "It says again what it said then." in text(back, "//body")
    now = await sampled.client.get(kind, made["id"])
    assert (now["due"], now["owner"], now["tags"]) == ("2027-03-31", None, ["a"])
    assert (now["version"], now["state_reason"]) == (3, "Back to version 1.")
    late = await posted(editor, stale, "//ol[@class='time']/li[2]//form", path, 412)
    assert "It has changed since you read it" in text(late)
    await sampled.client.delete("objective", made["id"], 3, "a test")


async def test_it_moves_with_what_is_missing_said_before_and_after(
    sampled: Platform, editor: httpx.AsyncClient
) -> None:
    made = await sampled.client.post("service_offering", {"name": "Water by night", "state": "active"})
    await sampled.caught_up()
    path = f"/entity/service_offering/{made['key']}"
    page = await shown(editor, path)
    assert page.xpath(f"//a[starts-with(@href, '{path}/move')]/@href") == [f"{path}/move?to={each}" for each in
        NODE_KINDS["service_offering"].lifecycle.moves["active"]]  # fmt: skip
    before = await shown(editor, f"{path}/move?to=launched")
    gate = await sampled.client.send("POST", f"/alignment/v1/gates/service_offering/{made['key']}", {"to": "launched"})
    assert gate["opened"]
    for each in gate["opened"]:
        assert each["sentence"] in text(before)
    assert "Not yet launched." in text(before)
    assert f"{path}/edit#f-components" in before.xpath("//div[@id='refused']//a/@href")
    refused = await posted(editor, before, "//main//form", f"{path}/move", 409)
    assert "Not yet launched." in text(refused)
    assert f"{path}/edit#f-components" in refused.xpath("//div[@id='refused']//a/@href")
    there = await shown(editor, f"{path}/move?to=in_test")
    after = await posted(editor, there, "//main//form", f"{path}/move", 303, reason="Not ready.")
    assert "in test" in text(after, "//div[@class='meta']")
    now = await sampled.client.get("service_offering", made["id"])
    assert (now["state"], now["state_reason"]) == ("in_test", "Not ready.")
    assert "cannot become" in text(await shown(editor, f"{path}/move?to=obsolete"))


async def test_what_only_a_signature_does_leads_to_the_increments(sampled: Platform, editor: httpx.AsyncClient) -> None:
    made = await sampled.client.post("objective", {"name": "Dry feet"})
    await sampled.client.transition("objective", made["id"], 1, "proposed")
    await sampled.caught_up()
    path = f"/entity/objective/{made['key']}/move"
    page = await shown(editor, f"{path}?to=approved")
    assert "An objective is approved when a signed increment holds it" in text(page)
    assert "it is ready" not in text(page)
    assert "it is ready" in text(await shown(editor, f"{path}?to=rejected"))
    refused = await posted(editor, page, "//main//form", path, 409)
    assert "An objective is approved when a signed increment holds it" in text(refused)
    assert refused.xpath("//div[@id='refused']//a/@href") == ["/increments"]
    await sampled.client.delete("objective", made["id"], 2, "a test")


async def test_a_draft_is_deleted_and_a_review_recorded(sampled: Platform, editor: httpx.AsyncClient) -> None:
    made = await sampled.client.post("tactic", {"name": "Try it out", "review": {"cadence": "annual"}})
    await sampled.caught_up()
    path = f"/entity/tactic/{made['key']}"
    page = await shown(editor, path)
    seen = await posted(editor, page, f"//form[@action='{path}/review']", f"{path}/review", 303, comment="All well.")
    assert "The review is recorded." in text(seen, "//body")
    assert "All well." in text(seen)
    form = await shown(editor, f"{path}/delete")
    assert "Say why it is deleted." in text(await posted(editor, form, "//main//form", f"{path}/delete", 422))
    gone = await posted(editor, form, "//main//form", f"{path}/delete", 303, reason="A test.")
    assert "Deleted." in text(gone, "//body")
    await sampled.caught_up()
    await shown(editor, f"/entity/tactic/{made['id']}", 410)


async def test_who_may_not_write_is_told_what_it_takes_and_changes_nothing(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    page = await shown(browser, PORTAL)
    assert page.xpath("//main//button[@disabled]")
    assert "takes catalog:write" in text(page)
    assert not page.xpath("//main//form[@method='post']")
    any_form = {"form": page.xpath("//form[@action='/signout']/input[@name='form']/@value")[0], "version": "1"}
    for act, more in (("move", {"to": "retired"}), ("delete", {"reason": "x"}), ("relations", {"type": "serves"})):
        answer = await browser.post(f"{PORTAL}/{act}", data={**any_form, **more})
        assert answer.status_code in (403, 422), act
    now = await sampled.client.find("service", "customer-portal")
    assert now
    assert now["state"] == "operational"


async def test_in_the_past_nothing_can_be_done(editor: httpx.AsyncClient) -> None:
    for tab in ("", "/relations", "/history", "/map"):
        page = await shown(editor, f"{PORTAL}{tab}?as_of=2999-01-01T00:00:00Z")
        assert not page.xpath("//main//form[@method='post']"), tab
        assert not page.xpath("//main//a[contains(@href, '/edit') or contains(@href, '/new/')]"), tab


async def test_a_list_has_its_filters_and_goes_on(
    sampled: Platform, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [each["name"] async for each in sampled.client.list("service", sort="name")]
    page = await shown(browser, "/list/service")
    assert page.xpath("//tbody/tr/th/a/span/text()") == whole
    monkeypatch.setattr("services.web.screens.lists._PAGE", 5)
    path, found = "/list/service", list[str]()
    while path:
        page = await shown(browser, path)
        found += page.xpath("//tbody/tr/th/a/span/text()")
        path = next(iter(page.xpath("//a[. = 'Look further']/@href")), "")
    assert found == whole
    owned = await shown(browser, "/list/service?owner=Platform+Engineering&state=operational")
    assert set(owned.xpath("//tbody/tr/td[3]//a/text()")) == {"Platform Engineering"}
    some = await shown(browser, "/list/service?q=portal")
    assert some.xpath("//tbody/tr/th/a/span/text()") == ["Customer portal"]
    assert "Several people or roles may be meant" in text(await shown(browser, "/list/service?owner=owner"))
    assert "Nothing fits these filters" in text(await shown(browser, "/list/service?tag=nosuchtag"))
    await shown(browser, "/list/measurement", 404)
    await shown(browser, "/list/service?state=dreadful", 422)
