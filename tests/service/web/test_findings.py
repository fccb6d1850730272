"""Findings on the page: by cause and one by one, one of them opened, and what is done about it."""

import asyncio
from typing import Any

import httpx
import pytest
from lxml import html

from shared.contracts.alignment import ACKNOWLEDGEMENT, COMMENT, WAIVER
from tests.platform import Platform
from tests.service.web.browsing import pressed, sent, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
FINDINGS = "/alignment/v1/findings"


def said(page: Any) -> str:
    return " ".join(page.xpath("string(//main)").split())


async def found(platform: Platform, rule: str, key: str) -> dict[str, Any]:
    """The open finding of a rule about something of the sample."""
    items = (await platform.client.get_json(FINDINGS, rule=rule, limit=200))["items"]
    found: list[dict[str, Any]] = [each for each in items if each["subject"]["key"] == key]
    [one] = found
    return one


@pytest.mark.usefixtures("settled")
async def test_they_stand_by_what_brought_them_about(sampled: Platform, browser: httpx.AsyncClient) -> None:
    grouped = (await sampled.client.get_json(f"{FINDINGS}/groups", limit=25))["items"]
    page = await shown(browser, "/findings")
    groups = page.xpath("//details[@class='group']")
    assert [group.xpath("string(summary/span[@class='count'])") for group in groups] == [
        str(each["findings"]) for each in grouped
    ]
    for group, each in zip(groups, grouped, strict=True):
        assert group.xpath("string(summary/span[2])").startswith(each["title"])
        assert group.xpath(".//a[@class='t1']/@href") == [f"/findings/{one['id']}" for one in each["first"]]
    assert "owned by" in said(page)
    page = await shown(browser, "/findings?rule=V18")
    titles = [
        " ".join(each.xpath("string(summary/span[2])").split()) for each in page.xpath("//details[@class='group']")
    ]
    assert "Chain that ends short because of Alert sender" in titles


@pytest.mark.usefixtures("settled")
async def test_they_can_be_seen_one_by_one_through_each_filter(sampled: Platform, browser: httpx.AsyncClient) -> None:
    owner = (await found(sampled, "V02", "reservoir-drone-survey"))["owner"]
    for query in ("severity=critical", "rule=V10", "dimension=raci", "kind=tactic", f"owner={owner}", "q=wallboard",
                  "waived=true", "tag=none-such"):  # fmt: skip
        name, _, value = query.partition("=")
        items = (await sampled.client.get_json(FINDINGS, limit=200, **{name: value}))["items"]
        page = await shown(browser, f"/findings?by=each&{query}")
        titles = page.xpath("//ul[@class='list']//a[@class='t1']")
        assert [title.text for title in titles] == [each["sentence"] for each in items], query
        assert bool(items) != bool(page.xpath("//a[.='Take all filters off']")), query
    chosen = await shown(browser, "/findings?rule=V10&by=each")
    assert chosen.xpath("//select[@id='rule']/option[@selected]/@value") == ["V10"]
    assert all("rule=V10" in link for link in chosen.xpath("//ul[@class='list']//a[@class='t1']/@href"))


async def test_findings_of_a_day_to_come(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """With the day in the form, and said in words; without what is wrong today and will not be, and the reverse."""
    day = {"valid_at": "2099-01-01T00:00:00Z"}
    items = (await sampled.client.get_json(FINDINGS, limit=200, **day))["items"]
    today = (await sampled.client.get_json(FINDINGS, limit=200))["items"]
    assert {each["id"] for each in items} != {each["id"] for each in today}
    page = await shown(browser, "/findings?valid_at=2099-01-01&by=each")
    titles = page.xpath("//ul[@class='list']//a[@class='t1']")
    assert [title.text for title in titles] == [each["sentence"] for each in items]
    assert page.xpath("//input[@name='valid_at'][@type='date']/@value") == ["2099-01-01"]
    assert "says this of 1 January 2099" in said(page)
    assert (await browser.get("/findings?valid_at=tomorrow")).status_code == 400


async def test_a_finding_has_its_proof_and_whose_move_it_is(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """Decided by hand: why pump schedules are planned is an objective that is proposed only."""
    one = await found(sampled, "V04", "planning-pump-schedules")
    page = await shown(browser, f"/findings/{one['id']}")
    [opened] = page.xpath("//aside")
    assert opened.findtext(".//h2") == one["sentence"]
    steps = [" ".join(step.text_content().split()) for step in opened.xpath(".//ol[contains(@class, 'chain')]/li")]
    assert steps[:2] == [
        "processPlanning pump schedules",
        "justified byobjective, proposedPump in the cheapest hours",
    ]
    assert "breaks at Pump in the cheapest hours: it is proposed" in said(page)
    assert "Network Operations, who owns it" in said(page)
    assert opened.xpath(".//a[.='See the ways to mend it']/@href") == [f"/findings/{one['id']}/mend"]
    assert page.xpath("//li[@aria-current='true']//a/@href") == [f"/findings/{one['id']}"]


async def test_what_is_refused_says_so(browser: httpx.AsyncClient) -> None:
    await shown(browser, "/findings/7d4f0000-0000-4000-8000-000000000001", 404)
    await shown(browser, "/findings?rule=Z99", 422)
    await shown(browser, "/findings?severity=dreadful", 422)


async def test_who_may_not_act_is_told_what_it_takes(sampled: Platform, browser: httpx.AsyncClient) -> None:
    one = await found(sampled, "V02", "reservoir-drone-survey")
    page = await shown(browser, f"/findings/{one['id']}")
    assert "takes the right alignment:write" in said(page)
    assert not page.xpath("//main//form[@method='post']")
    past = await shown(browser, f"/findings/{one['id']}?as_of=2999-01-01T00:00")
    assert not past.xpath("//main//form[@method='post']")


async def test_it_is_acknowledged_commented_waived_and_unwaived(sampled: Platform) -> None:
    browser = await visitor(sampled, "alignment:write")
    one = await found(sampled, "V02", "reservoir-drone-survey")
    address = f"/findings/{one['id']}"
    party = (await sampled.client.find("party", "network-operations")) or {}
    answer = await pressed(
        browser, await shown(browser, address), "Acknowledge",
        owner=f"party/{party['id']}", note="Ask the board", due="2999-01-31",
    )  # fmt: skip
    assert answer.status_code == 303
    page = await shown(browser, answer.headers["location"])
    assert "Acknowledged." in page.text_content()
    assert "Network Operations until 31 January 2999." in said(page)
    held = (await sampled.client.get_json(f"{FINDINGS}/{one['id']}"))["acknowledgement"]
    assert (held["by"], held["note"], held["owner"]) == ("reader", "Ask the board", f"party/{party['id']}")
    await pressed(browser, page, "Change", note="Asked", due="")
    changed = (await sampled.client.get_json(f"{FINDINGS}/{one['id']}"))["acknowledgement"]
    assert (changed["id"], changed["note"], changed["due"]) == (held["id"], "Asked", None)
    await pressed(browser, page, "Comment", text="It flew twice. <b>Only</b> twice.")
    assert "It flew twice. <b>Only</b> twice." in said(await shown(browser, address))
    answer = await pressed(browser, page, "Waive", reason="Decided in spring.")
    waived = await shown(browser, answer.headers["location"])
    assert "Decided in spring." in said(waived)
    waiver = (await sampled.client.get_json(f"{FINDINGS}/{one['id']}"))["waiver"]
    assert waiver["reason"] == "Decided in spring."
    assert not waived.xpath("//form//button[.='Waive']")
    await pressed(browser, waived, "Withdraw the waiver")
    after = await shown(browser, address)
    assert "withdrawn since" in said(after)
    assert (await sampled.client.get_json(f"{FINDINGS}/{one['id']}"))["waiver"] is None
    await _let_go(sampled, one["id"])
    assert [each async for each in sampled.client.list(WAIVER, finding_id=one["id"], state="active")] == []


async def test_a_form_that_is_sent_twice_does_what_it_asks_for_once(sampled: Platform) -> None:
    """By a double click, and again later; what is new is made once, and what is changed is not met by oneself."""
    browser = await visitor(sampled, "alignment:write")
    one = await found(sampled, "V02", "reservoir-drone-survey")
    page = await shown(browser, f"/findings/{one['id']}")
    comment = {"act": "comment", "text": "Once."}
    acknowledge = {"act": "acknowledge", "note": "Once."}
    for typed in (comment, acknowledge):
        [form] = page.xpath(f"//form[.//button[@value='{typed['act']}']]")
        data = sent(form, typed)
        both = await asyncio.gather(*(browser.post(f"/findings/{one['id']}", data=data) for _ in range(2)))
        again = await browser.post(f"/findings/{one['id']}", data=data)
        assert {(each.status_code, each.headers.get("location")) for each in both} == {(303, again.headers["location"])}
    more = sent(page.xpath("//form[.//button[@value='comment']]")[0], comment | {"text": "Twice."})
    assert (await browser.post(f"/findings/{one['id']}", data=more)).status_code == 303
    comments = [each["text"] async for each in sampled.client.list(COMMENT, finding_id=one["id"], state="active")]
    assert sorted(comments) == ["Once.", "Twice."]
    await _let_go(sampled, one["id"])


async def _let_go(platform: Platform, finding: str) -> None:
    for kind, to in ((ACKNOWLEDGEMENT, "closed"), (COMMENT, "withdrawn")):
        async for each in platform.client.list(kind, finding_id=finding, state="active"):
            await platform.client.transition(kind, each["id"], each["version"], to, "a test")


async def test_who_acts_on_it_stays_who_they_are_and_nobody_is_written_over(sampled: Platform) -> None:
    """They are live no longer; and two change the same acknowledgement, each from what they saw."""
    client, browser = sampled.client, await visitor(sampled, "alignment:write")
    one = await found(sampled, "V02", "reservoir-drone-survey")
    address = f"/findings/{one['id']}"
    gone = await client.post("party", {"name": "Acts no longer", "type": "person", "state": "active"})
    owner = {"kind": "party", "id": gone["id"]}
    before = await shown(browser, address)
    await client.send("POST", f"{FINDINGS}/{one['id']}/acknowledgement", {"owner": owner, "description": "First"})
    for state in ("leaving", "left"):
        gone = await client.transition("party", gone["id"], gone["version"], state, "a test")
    late = await pressed(browser, before, "Acknowledge", note="Mine")
    assert (late.status_code, "somebody has changed it" in late.text.lower()) == (412, True)
    page = await shown(browser, address)
    assert "Acts no longer" in page.xpath("//select[@id='f-owner']/option[@selected]/text()")
    assert (await pressed(browser, page, "Change", note="Second")).status_code == 303
    refused = await pressed(browser, page, "Change", note="Third")
    assert refused.status_code == 412
    assert "You wrote: Third" in refused.text
    told = (await client.get_json(f"{FINDINGS}/{one['id']}"))["acknowledgement"]
    assert (told["owner"], told["note"]) == (f"party/{gone['id']}", "Second")
    again = html.document_fromstring(refused.text)
    assert again.xpath("//input[@name='note']/@value") == ["Second"]
    assert (await pressed(browser, again, "Change", note="Third")).status_code == 303
    held = await client.get(ACKNOWLEDGEMENT, told["id"])
    assert (held["owner"], held["description"]) == (owner, "Third")
    await client.transition(ACKNOWLEDGEMENT, held["id"], held["version"], "closed", "a test")
    await sampled.caught_up()


async def test_what_does_not_fit_comes_back_with_what_is_wrong(sampled: Platform) -> None:
    browser = await visitor(sampled, "alignment:write")
    one = await found(sampled, "V02", "reservoir-drone-survey")
    page = await shown(browser, f"/findings/{one['id']}")
    answer = await pressed(browser, page, "Waive", reason="Later.", valid_to="1999-01-01")
    assert answer.status_code == 422
    assert "Later." in answer.text
    assert 'id="f-valid_to-error"' in answer.text
    assert (await sampled.client.get_json(f"{FINDINGS}/{one['id']}"))["waiver"] is None


async def test_a_remedy_is_chosen_looked_at_and_applied(sampled: Platform) -> None:
    """Of a tactic that no objective asks for: the one that is chosen closes the finding, and nothing else is done."""
    client, browser = sampled.client, await visitor(sampled, "strategy:write")
    goal = await client.post("objective", {"name": "Mend by the page", "state": "in_force"})
    tactic = await client.post("tactic", {"name": "Pressed by a button", "state": "in_force"})
    await sampled.caught_up()
    one = await found(sampled, "V02", tactic["key"])
    page = await shown(browser, f"/findings/{one['id']}/mend")
    [way] = [
        form for form in page.xpath("//main//form") if "decomposes" in form.text_content() and form.xpath(".//select")
    ]
    candidates = way.xpath(".//option/@value")
    chosen = f"objective/{goal['id']}" if f"objective/{goal['id']}" in candidates else candidates[0]
    fields = {"way": way.xpath(".//input[@name='way']/@value")[0], "with": chosen}
    looked = await browser.get(f"/findings/{one['id']}/mend", params=fields)
    outcome = await shown(browser, str(looked.request.url.raw_path, "ascii"))
    assert one["sentence"] in outcome.xpath("string(//h3[.='Closes']/following-sibling::*[1])")
    assert await found(sampled, "V02", tactic["key"]), "nothing has been done"
    answer = await pressed(browser, outcome, "Apply", reason="By the page.")
    assert answer.status_code == 303, answer.text
    settled = await shown(browser, answer.headers["location"])
    assert "The remedy is applied." in settled.text_content()
    assert "settled" in settled.xpath("string(//aside/header)")
    links = [
        each
        async for each in client.items("/strategy/v1/links", source_id=tactic["id"])
        if each["target"]["id"] == chosen.partition("/")[2]
    ]
    assert [each["rationale"] for each in links] == ["By the page."]
    again = await browser.get(f"/findings/{one['id']}/mend")
    assert again.status_code == 409
    for each in links:
        await client.send(
            "POST",
            f"/strategy/v1/links/{each['id']}/transitions",
            {"to": "ended"},
            {"If-Match": f'"{each["version"]}"'},
        )
    for kind, made in (("tactic", tactic), ("objective", goal)):
        now = await client.get(kind, made["id"])
        await client.transition(kind, made["id"], now["version"], "retired", "a test")


async def test_without_the_right_a_remedy_can_only_be_looked_at(sampled: Platform, browser: httpx.AsyncClient) -> None:
    one = await found(sampled, "V11", "visible-bursts-fixed-in-a-day")
    page = await shown(browser, f"/findings/{one['id']}/mend")
    [way, *_] = page.xpath("//main//form//input[@name='way']/@value")
    looked = await browser.get(f"/findings/{one['id']}/mend", params={"way": way})
    assert "It takes the right strategy:write" in looked.text
    assert '<button class="main">Apply' not in looked.text
    gone = await browser.get(f"/findings/{one['id']}/mend", params={"way": "Sing to it."})
    assert gone.status_code == 422


async def test_what_was_seen_is_told_once(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """Which of several it is about is often named by the rule as well."""
    [found, *_] = (await sampled.client.get_json("/alignment/v1/findings", rule="X07"))["items"]
    whole = await sampled.client.get_json(f"/alignment/v1/findings/{found['id']}")
    assert {*whole["evidence"]} == {"part", "partner", "missing"}
    page = await shown(browser, f"/findings/{found['id']}")
    assert page.xpath("//h3[.='Evidence']/following-sibling::dl/dt/text()") == ["Partner", "Missing"]
