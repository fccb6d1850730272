"""Sign-off on the page: what is read is what is signed, by those who are asked and by nobody else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.strategy import increments
from shared import proof
from tests.platform import Platform
from tests.service.web.acting import fields, parsed, post, someone, typed, words
from tests.service.web.browsing import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")
WRITES, SIGNS = ("strategy:write", "strategy:register"), ("strategy:approve",)


@pytest_asyncio.fixture(loop_scope="session")
async def asked(sampled: Platform) -> AsyncIterator[dict[str, Any]]:
    """An increment of one new objective, put up for two signatures."""
    client = sampled.client
    signers = [await client.find("stakeholder", key) for key in ("chair-of-the-board", "director-of-customers")]
    goal = await client.post("objective", {"name": "Answer within a minute", "state": "proposed"})
    body = {"name": "Answering", "items": [{"kind": "objective", "id": goal["id"]}]}
    made = await client.post("increment", {**body, "signers": [each["id"] for each in signers if each]})
    made = await client.transition("increment", made["id"], made["version"], "submitted", None)
    await sampled.caught_up()
    yield made | {"goal": goal}
    now = await client.get("increment", made["id"])
    if now["state"] in ("submitted", "partly_signed"):
        now = await client.transition("increment", now["id"], now["version"], "declined", "The test is over.")
    if now["state"] in ("draft", "declined"):
        await client.delete("increment", now["id"], now["version"], "The test is over.")
    goal = await client.get("objective", goal["id"])
    if goal["state"] == "proposed":
        await client.transition("objective", goal["id"], goal["version"], "rejected", "The test is over.")
    else:
        await client.transition("objective", goal["id"], goal["version"], "withdrawn", "The test is over.")
    await sampled.caught_up()


async def test_the_list_says_for_whom_each_waits(sampled: Platform, asked: dict[str, Any]) -> None:
    for subject, group in (
        ("maeve.stroud", "Waiting for your decision"),
        ("tester", "Made by you"),
        ("tobias.oyelaran", "Out for signature"),
    ):
        page = await shown(await someone(sampled, subject), "/increments")
        [card] = page.xpath(f"//section[header/h2 = '{group}']")
        assert "Answering" in card.xpath(".//a[@class='t1']/text()"), subject
        assert page.xpath("count(//main//a[@class='t1'][. = 'Answering'])") == 1
    assert "1" in words((await shown(await someone(sampled, "maeve.stroud"), "/")).xpath("//nav[@id='nav']")[0])


async def test_only_who_is_asked_can_decide_and_others_learn_why_not(sampled: Platform, asked: dict[str, Any]) -> None:
    path = f"/increments/{asked['key']}"
    form = "//form[@id='decide']"
    for subject, scopes, may, why in (
        ("maeve.stroud", SIGNS, True, "You are asked as Chair of the board"),
        ("maeve.stroud", (), False, "signing takes the right strategy:approve"),
        ("tester", SIGNS, False, "nobody signs their own work"),
        ("tobias.oyelaran", SIGNS, False, "You are not among its signers"),
    ):
        page = await shown(await someone(sampled, subject, *scopes), path)
        assert bool(page.xpath(form)) is may, subject
        assert why in words(page)
        assert "Chair of the board" in words(page)
    told = words(await shown(await someone(sampled, "maeve.stroud", *SIGNS), path))
    assert "0 of 2 signed" in told
    assert "Answer within a minute new version 1" in told
    past = await shown(await someone(sampled, "maeve.stroud", *SIGNS), f"{path}?as_of={asked['updated_at']}")
    assert not past.xpath("//main//form")


async def test_a_signature_is_of_the_package_that_was_read(sampled: Platform, asked: dict[str, Any]) -> None:
    path, client = f"/increments/{asked['key']}", sampled.client
    browser = await someone(sampled, "maeve.stroud", *SIGNS)
    page = await shown(browser, path)
    assert asked["package_hash"] in words(page)
    read = fields(page.xpath("//form[@id='decide']")[0])
    assert ("package_hash", asked["package_hash"]) in read
    wrong = await browser.post(path, data=typed(read, decision="approved", package_hash="sha256:other"))
    assert (wrong.status_code, "submitted anew since that was read" in wrong.text) == (409, True)
    assert 'role="alert"' in wrong.text
    assert [each["decision"] for each in (await client.get("increment", asked["id"]))["sign_offs"]] == ["requested"] * 2
    done = await browser.post(path, data=typed(read, decision="approved", comment="At last."))
    assert done.status_code == 303
    told = words(await shown(browser, done.headers["location"]))
    assert "Your decision is recorded." in told
    assert "1 of 2 signed" in told
    assert "You have decided: approved" in told
    state = await client.get("increment", asked["id"])
    assert [(each["decision"], each["comment"]) for each in state["sign_offs"]] == [
        ("approved", "At last."), ("requested", None),
    ]  # fmt: skip


async def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    sampled: Platform, asked: dict[str, Any]
) -> None:
    path = f"/increments/{asked['key']}"
    browser = await someone(sampled, "maeve.stroud", *SIGNS)
    for given, field in (
        ({"decision": "rejected"}, "comment"),
        ({"decision": "delegated", "comment": "I am away."}, "delegated_to"),
        ({}, "decision"),
    ):
        answer = await post(browser, path, "decide", **given)
        assert answer.status_code == 422, given
        page = parsed(answer)
        assert page.xpath("//div[@id='refused']//a/@href") == [f"#f-{field}"]
        assert page.xpath(f"string(//*[@id='f-{field}-error'])")
        assert page.xpath("string(//textarea[@name='comment'])").strip() == given.get("comment", "")
    state = await sampled.client.get("increment", asked["id"])
    assert state["version"] == asked["version"]


async def test_delegated_then_rejected_it_goes_back_with_the_comment(sampled: Platform, asked: dict[str, Any]) -> None:
    path = f"/increments/{asked['key']}"
    browser = await someone(sampled, "maeve.stroud", *SIGNS)
    offered = (await shown(browser, path)).xpath("//select[@name='delegated_to']/option[@value != '']")
    assert [each.text for each in offered] == ["Director of information services"]
    answer = await post(browser, path, "decide", decision="delegated", delegated_to=offered[0].get("value"))
    assert answer.status_code == 303
    other = await someone(sampled, "tobias.oyelaran", *SIGNS)
    assert "has asked Director of information services" in words(await shown(other, answer.headers["location"]))
    answer = await post(other, path, "decide", decision="rejected", comment="A minute is not enough.")
    told = words(await shown(other, answer.headers["location"]))
    assert "It was sent back: A minute is not enough." in told
    assert (await sampled.client.get("increment", asked["id"]))["state"] == "declined"


async def test_it_is_taken_back_and_what_stands_in_the_way_is_said(sampled: Platform, asked: dict[str, Any]) -> None:
    path = f"/increments/{asked['key']}"
    browser = await someone(sampled, "ingrid.castellan", *WRITES)
    assert (await post(browser, path, "withdraw", reason="")).status_code == 422
    stale = await post(browser, path, "withdraw", reason="Too early.", version="1")
    assert stale.status_code == 412
    assert "Somebody has changed it" in stale.text
    back = await post(browser, path, "withdraw", reason="Too early.")
    assert (await post(browser, back.headers["location"], "reopen")).status_code == 303
    state = await sampled.client.get("increment", asked["id"])
    assert (state["state"], state["version"]) == ("draft", asked["version"] + 2)
    changed = await sampled.client.patch("increment", state["id"], state["version"], {"signers": None})
    await sampled.caught_up()
    refused = await post(browser, path, "submit")
    assert (refused.status_code, "names nobody who signs" in refused.text) == (409, True)
    assert (await sampled.client.get("increment", asked["id"]))["version"] == changed["version"]


async def test_signed_it_has_a_proof_that_holds_and_can_be_followed(sampled: Platform, asked: dict[str, Any]) -> None:
    path = f"/increments/{asked['key']}"
    stranger_ = await someone(sampled, "reader")
    assert "there is a proof once it is signed" in words(await shown(stranger_, f"{path}/proof"))
    for subject in ("maeve.stroud", "amara.lindqvist"):
        browser = await someone(sampled, subject, *SIGNS)
        assert (await post(browser, path, "decide", decision="approved")).status_code == 303
    await sampled.caught_up()
    assert "Everything is as it was signed." in words(await shown(stranger_, path))
    page = await shown(stranger_, f"{path}/proof")
    assert "It holds." in words(page)
    assert asked["package_hash"] in words(page)
    [link] = page.xpath("//a[@download]/@href")
    document = (await stranger_.get(link)).json()
    keys = {each["kid"]: each for each in (await sampled.client.get_json("/strategy/v1/keys"))["keys"]}
    assert proof.proven(document, keys).statement["package_hash"] == asked["package_hash"]
    goal = await sampled.client.get("objective", asked["goal"]["id"])
    await sampled.client.patch("objective", goal["id"], goal["version"], {"description": "And no later."})
    await sampled.caught_up()
    told = words(await shown(stranger_, path))
    assert "1 item is no longer what was signed." in told
    assert "And no later." in told
    writer = await someone(sampled, "ingrid.castellan", *WRITES)
    followed = await post(writer, path, "supersede")
    page = await shown(writer, followed.headers["location"])
    assert page.xpath("//dt[. = 'Takes the place of']/following-sibling::dd[1]/a/@href") == [path]
    assert "Answer within a minute changed since signed" in words(page)
    [key] = [followed.headers["location"].split("?")[0].removeprefix("/increments/")]
    made = await sampled.client.find("increment", key)
    assert made
    await sampled.client.delete("increment", made["id"], made["version"], "The test is over.")


async def test_the_next_slice_becomes_a_draft(sampled: Platform) -> None:
    goal = await sampled.client.post("objective", {"name": "Ring back", "state": "proposed"})
    await sampled.caught_up()
    browser = await someone(sampled, "ingrid.castellan", *WRITES)
    page = await shown(browser, "/increments")
    form = "//form[@action='/increments']"
    items = page.xpath(f"{form}//input[@name='item']/@value")
    assert f"objective/{goal['id']}" in items
    chair = page.xpath(f"{form}//label[contains(., 'Chair of the board')]/input/@value")
    token = page.xpath(f"{form}//input[@name='form']/@value")[0]
    given = {"form": token, "item": items, "signers": chair, "due": "2030-06-30"}
    refused = await browser.post("/increments", data=given | {"name": ""})
    assert (refused.status_code, "f-name-error" in refused.text) == (422, True)
    assert 'value="2030-06-30"' in refused.text
    nothing = await browser.post("/increments", data=given | {"name": "The next slice", "item": "objective"})
    assert nothing.status_code == 422
    answer = await browser.post("/increments", data=given | {"name": "The next slice"})
    told = words(await shown(browser, answer.headers["location"]))
    assert "due 30 June 2030" in told
    made = await sampled.client.find("increment", "the-next-slice")
    assert made
    assert [f"{each['kind']}/{each['id']}" for each in made["items"]] == items
    assert made["signers"] == chair
    await sampled.client.delete("increment", made["id"], made["version"], "The test is over.")
    await sampled.client.transition("objective", goal["id"], goal["version"], "rejected", "The test is over.")
    await sampled.caught_up()


async def test_what_a_signature_would_do_is_counted_when_it_is_asked_for(
    sampled: Platform, asked: dict[str, Any]
) -> None:
    """The objective would be approved, and nothing leads up to it: what is found then, is told."""
    path = f"/increments/{asked['key']}"
    browser = await someone(sampled, "reader")
    page = await shown(browser, path)
    [link] = page.xpath("//a[. = 'What a signature would do']/@href")
    [card] = (await shown(browser, link)).xpath("//section[@id='foreseen']")
    steps = [
        {"action": "move", "ref": f"objective/{asked['goal']['id']}", "to": "approved"},
        {"action": "move", "ref": f"increment/{asked['id']}", "to": "signed"},
    ]
    answer = await sampled.client.send("POST", "/alignment/v1/scenarios", {"steps": steps}, safe=True)
    assert answer["opened"] or answer["closed"]
    told = [each["sentence"] for each in (*answer["closed"], *answer["opened"])]
    assert [words(each) for each in card.xpath(".//span[@class='t1']")] == told


async def test_what_one_answer_has_no_room_for_is_shown_as_well(
    sampled: Platform, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(increments, "_COMPARED", 1)
    goals = [asked["goal"], await sampled.client.find("objective", "critical-services-hold")]
    items = [{"kind": "objective", "id": each["id"]} for each in goals if each]
    draft = await sampled.client.post("increment", {"name": "Both", "items": items})
    await sampled.caught_up()
    page = await shown(await someone(sampled, "tester"), f"/increments/{draft['key']}")
    assert "2 items" in words(page)
    assert "not compared here" not in words(page)
    await sampled.client.delete("increment", draft["id"], draft["version"], "The test is over.")
