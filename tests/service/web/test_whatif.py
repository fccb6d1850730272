"""What-if on the page: what is shown is what the API counts; it is kept, compared, and made a decision."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.contracts import LINKS
from shared.contracts.alignment import SCENARIO
from tests.platform import Platform
from tests.service.web.acting import fields, parsed, post, someone, typed, words
from tests.service.web.browsing import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")
RETIRES: list[Any] = [{"action": "retire", "ref": "service/hilltop-radio"}]


async def counted(platform: Platform, steps: list[Any], **more: Any) -> Any:
    path = "/alignment/v1/scenarios"
    return await platform.client.send("POST", path, {"steps": steps, **more}, safe=True)


def told(page: Any, how: str) -> list[str]:
    return [words(each) for each in page.xpath(f"//li[@class='{how}']//span[@class='t1']")]


@pytest_asyncio.fixture(loop_scope="session")
async def writer(sampled: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Who may keep scenarios and make decisions of them; what they keep is let go of."""
    yield await someone(sampled, "ingrid.castellan", "alignment:write", "strategy:write")
    async for each in sampled.client.items("/alignment/v1/kept-scenarios", state="active"):
        await sampled.client.transition(SCENARIO, each["id"], each["version"], "retired", "The test is over.")


async def test_retiring_a_service_shows_what_opens_closes_and_is_hit(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    answer: dict[str, Any] = {}
    for _ in range(5):  # until nothing is judged meanwhile of what another test has changed
        before = answer or await counted(sampled, RETIRES)
        page = await shown(browser, "/scenarios/new?retire=service/hilltop-radio")
        answer = await counted(sampled, RETIRES)
        if before["before"] == answer["before"]:
            break
    assert answer["opened"]
    assert told(page, "opened") == [each["sentence"] for each in answer["opened"]]
    assert told(page, "closed") == [each["sentence"] for each in answer["closed"]]
    assert page.xpath("//div[@class='ba']//span[contains(@class, 'figure')]/text()") == [
        str(answer[when]["index"]) for when in ("before", "after")
    ]
    [gone] = answer["ceasing"]
    for title, hit in (("Contracts hit", "contracts"), ("Customers hit", "customers")):
        named = page.xpath(f"//section[header/h2 = '{title}']//a[@class='e']/span/text()")
        assert named == [each["node"]["name"] for each in gone[hit]]
    asked = page.xpath("//section[header/h2 = 'Ask before']//span[@class='who']//a/text()")
    assert asked == [each["node"]["name"] for each in gone["to_ask"]]
    assert page.findtext(".//h1") == "What if we retire Hilltop radio?"


async def test_who_leaves_is_looked_at_on_their_last_day(sampled: Platform, browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/scenarios/new?departure=party/tobias-oyelaran&on=2027-06-01")
    party = await sampled.client.find("party", "tobias-oyelaran")
    assert party
    left = await sampled.client.get_json(f"/alignment/v1/departures/{party['id']}")
    [card] = page.xpath("//section[header/h2 = 'What Tobias Oyelaran leaves open']")
    for seat in left["seats"]:
        assert seat["role"]["name"] in words(card)
    steps = [{"action": "leave", "ref": "party/tobias-oyelaran"}]
    answer = await counted(sampled, steps, valid_at="2027-06-01T00:00:00Z")
    assert told(page, "opened") == [each["sentence"] for each in answer["opened"]]
    assert page.xpath("//input[@name='on']/@value") == ["2027-06-01"]
    figures = page.xpath("//div[@class='ba']//span[contains(@class, 'figure')]/text()")
    assert figures == [str(answer[when]["index"]) for when in ("before", "after")]
    today = await counted(sampled, steps)
    assert today["before"] != answer["before"], "the day makes a difference"


async def test_steps_are_added_moved_and_taken_out_without_script(browser: httpx.AsyncClient) -> None:
    async def pressed(page: Any, act: str) -> Any:
        [form] = page.xpath("//form[@action='/scenarios/new'][.//fieldset]")
        query = httpx.QueryParams([*fields(form), ("act", act)])
        return await shown(browser, f"/scenarios/new?{query}")

    def rows(page: Any) -> list[str]:
        return page.xpath("//input[@name='what']/@value")  # type: ignore[no-any-return]  # of lxml

    page = await shown(browser, "/scenarios/new?retire=service/hilltop-radio&departure=party/maeve-stroud")
    assert rows(page) == ["service/hilltop-radio", "party/maeve-stroud"]
    page = await pressed(page, "step.down.0")
    assert rows(page) == ["party/maeve-stroud", "service/hilltop-radio"]
    page = await pressed(page, "step.add")
    assert rows(page) == ["party/maeve-stroud", "service/hilltop-radio", ""]
    page = await pressed(page, "step.remove.0")
    assert rows(page) == ["service/hilltop-radio", ""]


async def test_a_name_is_understood_and_an_unclear_one_comes_back_with_choices(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    page = await shown(browser, "/scenarios/new?retire=hilltop+radio")
    assert told(page, "opened") == [each["sentence"] for each in (await counted(sampled, RETIRES))["opened"]]
    page = await shown(browser, "/scenarios/new?retire=telemetry")
    assert "telemetry may be one of these" in words(page)
    assert not page.xpath("//div[@class='ba']")
    assert page.xpath("//input[@id='f-what-0']/@aria-invalid") == ["true"]
    assert "There is nothing called nonsense." in words(await shown(browser, "/scenarios/new?retire=nonsense"))
    assert "only a party leaves" in words(await shown(browser, "/scenarios/new?departure=service/hilltop-radio"))


async def test_a_link_is_ended_by_its_two_ends(sampled: Platform, browser: httpx.AsyncClient) -> None:
    service = await sampled.client.find("service", "crew-dispatch")
    assert service
    ours = {"source_id": service["id"], "type": "depends_on", "state": "active"}
    link = next(
        iter([each async for each in sampled.client.items(f"/catalog/v1/{LINKS['catalog'].collection}", **ours)])
    )
    query = httpx.QueryParams(
        action="end", what="service/crew-dispatch", relation="depends_on", to=f"service/{link['target']['id']}"
    )
    page = await shown(browser, f"/scenarios/new?{query}")
    answer = await counted(sampled, [{"action": "end", "ref": f"link/{link['id']}"}])
    assert told(page, "closed") == [each["sentence"] for each in answer["closed"]]
    assert told(page, "opened") == [each["sentence"] for each in answer["opened"]]
    wrong = await shown(browser, f"/scenarios/new?{query.set('relation', 'serves')}")
    assert "No link says serves between these two." in words(wrong)


async def test_a_link_that_has_ended_cannot_end_again(sampled: Platform, browser: httpx.AsyncClient) -> None:
    tactics = [await sampled.client.post("tactic", {"name": name}) for name in ("Ring twice", "Ring once")]
    source, target = ({"kind": "tactic", "id": each["id"]} for each in tactics)
    kind = LINKS["strategy"]
    link = await sampled.client.post(kind, {"type": "relates_to", "source": source, "target": target})
    await sampled.client.transition(kind, link["id"], link["version"], "ended", "The test.")
    await sampled.caught_up()
    ends = {"what": f"tactic/{source['id']}", "to": f"tactic/{target['id']}"}
    page = await shown(browser, f"/scenarios/new?{httpx.QueryParams(action='end', relation='relates_to', **ends)}")
    assert "No link says relates to between these two." in words(page)
    for each in tactics:
        await sampled.client.delete("tactic", each["id"], each["version"], "The test is over.")
    await sampled.caught_up()


async def test_kept_it_is_counted_again_and_compared(sampled: Platform, writer: httpx.AsyncClient) -> None:
    page = await shown(writer, "/scenarios/new?retire=service/hilltop-radio")
    [form] = page.xpath("//form[@method='post'][@action='/scenarios']")
    nameless = await writer.post("/scenarios", data=typed(fields(form), name=None))
    assert (nameless.status_code, "f-name-error" in nameless.text) == (422, True)
    answer = await writer.post("/scenarios", data=typed(fields(form), name="Without the radio"))
    assert answer.headers["location"].startswith("/scenarios/without-the-radio?said=kept")
    page = await shown(writer, "/scenarios/without-the-radio")
    outcome = await counted(sampled, RETIRES)
    assert told(page, "opened") == [each["sentence"] for each in outcome["opened"]]
    assert "Retire Hilltop radio" in words(page)
    [again] = page.xpath("//a[contains(., 'Change it')]/@href")
    assert "What if we retire Hilltop radio?" in words(await shown(writer, again))
    steps = [{"action": "leave", "ref": "party/maeve-stroud"}]
    await sampled.client.post(SCENARIO, {"name": "Without Maeve", "steps": steps})
    other = await counted(sampled, steps)
    beside = await shown(writer, "/scenarios/without-the-radio?against=without-maeve")
    [card] = beside.xpath("//section[header/h2 = 'Beside “Without Maeve”']")
    scores = [str(each["index"]) for each in (outcome["before"], outcome["after"], other["after"])]
    assert card.xpath(".//tbody/tr[1]/td/text()") == scores
    both = [{each["id"] for each in some["opened"]} for some in (outcome, other)]
    assert len(card.xpath(".//li[@class='opened']")) == len(both[0] ^ both[1])
    assert {"Without the radio", "Without Maeve"} <= set(
        (await shown(writer, "/scenarios")).xpath("//a[@class='t1']/text()")
    )
    assert (await post(writer, "/scenarios/without-maeve", "retire")).status_code == 303
    assert "Without Maeve" not in words(await shown(writer, "/scenarios"))


async def test_it_becomes_a_plan_in_an_increment(sampled: Platform, writer: httpx.AsyncClient) -> None:
    service = await sampled.client.find("service", "hilltop-radio")
    assert service
    kept = {"name": "The radio goes", "steps": RETIRES, "at": "2027-06-01T00:00:00Z"}
    await sampled.client.post(SCENARIO, kept)
    page = await shown(writer, "/scenarios/the-radio-goes")
    chair = page.xpath("//label[contains(., 'Chair of the board')]/input/@value")
    answer = await post(writer, "/scenarios/the-radio-goes", "plan", signers=chair, due="2027-01-31")
    page = await shown(writer, answer.headers["location"])
    assert "The radio goes" in words(page)
    plan = await sampled.client.find("plan", "the-radio-goes")
    assert plan
    assert [(each["action"], each["ref"], each["on"]) for each in plan["steps"]] == [
        ("retire", {"kind": "service", "id": service["id"]}, "2027-06-01T00:00:00Z")
    ]
    assert plan["state"] == "proposed"
    increment = await sampled.client.find("increment", "the-radio-goes")
    assert increment
    assert (increment["signers"], [each["id"] for each in increment["items"]]) == (chair, [plan["id"]])
    reader = await someone(sampled, "reader")
    assert not (await shown(reader, "/scenarios/the-radio-goes")).xpath("//main//form[@method='post']")
    await sampled.client.delete("increment", increment["id"], increment["version"], "The test is over.")
    await sampled.client.transition("plan", plan["id"], plan["version"], "rejected", "The test is over.")
    await sampled.caught_up()


async def test_of_a_decision_that_is_refused_no_plan_is_left(sampled: Platform, writer: httpx.AsyncClient) -> None:
    await sampled.client.post(SCENARIO, {"name": "Nobody decides", "steps": RETIRES})
    answer = await post(writer, "/scenarios/nobody-decides", "plan", due="nonsense")
    assert (answer.status_code, "f-due-error" in answer.text) == (422, True)
    assert await sampled.client.find("plan", "nobody-decides") is None


async def test_what_is_new_is_no_step_of_a_plan(sampled: Platform, writer: httpx.AsyncClient) -> None:
    service = await sampled.client.find("service", "hilltop-radio")
    await sampled.client.post(SCENARIO, {"name": "More of it", "steps": [{"action": "put", "state": service}]})
    answer = await post(writer, "/scenarios/more-of-it", "plan")
    assert answer.status_code == 422
    assert "what is new is brought in first" in words(parsed(answer))
    assert await sampled.client.find("plan", "more-of-it") is None
