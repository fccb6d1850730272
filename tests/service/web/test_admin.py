"""Running the platform by the page: how far the view is, what was put aside, and building it anew."""

import asyncio
from typing import Any

import httpx
import pytest

from services.alignment.view import dead_letters
from services.alignment.view.dead_letters import DeadLetter
from shared.config import SERVICES
from shared.storage.db import Database
from tests.platform import Platform
from tests.service.web.acting import words
from tests.service.web.auditing import events
from tests.service.web.browsing import pressed, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
LETTERS = "/alignment/v1/dead-letters"


def said(page: Any) -> str:
    return " ".join(page.xpath("string(//main)").split())


async def switched(platform: Platform, before: int) -> None:
    async with asyncio.timeout(30):
        while True:
            if (await platform.client.get_json("/alignment/v1/status"))["generation"] != before:
                return
            await asyncio.sleep(0.05)


async def test_it_says_how_far_the_view_is(sampled: Platform, browser: httpx.AsyncClient) -> None:
    await sampled.caught_up()
    page = await shown(browser, "/admin")
    status = await sampled.client.get_json("/alignment/v1/status")
    rows = {row.xpath("string(th)"): [cell.text_content() for cell in row.xpath("td")]
            for row in page.xpath("//section[header/h2='Services']//tbody/tr")}  # fmt: skip
    assert [*rows] == [service.capitalize() for service in SERVICES]
    for service, position in status["positions"].items():
        assert rows[service.capitalize()][:3] == [f"{position:,}", f"{position:,}", "0"]
    assert rows["Alignment"][1:4] == ["–", "–", "not followed"]
    log = await sampled.client.get_json("/strategy/v1/signature-log")
    [key] = (await sampled.client.get_json("/strategy/v1/keys"))["keys"]
    for each in (status["rules_version"], log["root"], key["kid"], "plumbline.catalog.v1", "Last-Event-ID"):
        assert each in said(page)


async def test_who_may_not_is_told_what_it_takes(sampled: Platform, browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/admin")
    assert "takes the right alignment:admin" in said(page)
    assert not page.xpath("//main//form")
    assert not page.xpath("//a[@href='/admin/rebuild']")
    assert "You may not do this." in said(await shown(browser, "/admin/rebuild"))
    reader = sampled.acting("reader", "alignment:read")
    answer = await reader._http.get(LETTERS, headers=reader._bearer())
    assert (answer.status_code, answer.json()["scope"]) == (403, "alignment:admin")


async def test_what_could_not_be_read_is_listed_and_forgotten(sampled: Platform) -> None:
    """Whatever it holds is text; the newest first, page by page."""
    browser = await visitor(sampled, "alignment:admin", subject="otto.operates")
    assert "Everything that came could be read" in said(await shown(browser, "/admin"))
    database = Database(sampled.settings.database("alignment"))
    given = [
        DeadLetter("log/plumbline.catalog.v1/3/42", b'{"name": "<b>\xff\x00"}', "it is no event of its owner"),
        DeadLetter("strategy/changes/7", b"", "the owner's answer with this row cannot be read"),
    ]
    try:
        async with database.write() as connection:
            await dead_letters.bury(connection, given)
    finally:
        await database.close()
    page = await shown(browser, "/admin")
    assert page.xpath("//section[@id='letters']//span[@class='t1']/text()") == [each.error for each in reversed(given)]
    assert '{"name": "<b>��"}' in page.text_content()
    assert "17 bytes" in said(page)
    first = await sampled.client.get_json(LETTERS, limit=1)
    [second] = (await sampled.client.get_json(LETTERS, limit=1, cursor=first["next_cursor"]))["items"]
    assert [first["items"][0]["source"], second["source"]] == [each.source for each in reversed(given)]

    for button in ("Forget number", "Forget number"):
        [form, *_] = page.xpath("//section[@id='letters']//form")
        assert button in " ".join(form.text_content().split())
        name, value = form.xpath(".//button/@name")[0], form.xpath(".//button/@value")[0]
        token = form.xpath(".//input[@name='form']/@value")[0]
        answer = await browser.post("/admin", data={"form": token, name: value, "reason": "Mended <there>."})
        assert answer.status_code == 303
        page = await shown(browser, answer.headers["location"])
    assert "Everything that came could be read" in said(page)
    for id in (second["id"], 0, "x", "9" * 40):
        assert (await sampled.answer("DELETE", f"{LETTERS}/{id}", params={"reason": "x"}))[0] == 404
    assert (await sampled.answer("DELETE", f"{LETTERS}/{second['id']}"))[0] == 422


async def test_the_view_is_built_anew_with_a_reason(sampled: Platform) -> None:
    browser = await visitor(sampled, "alignment:admin", subject="otto.operates")
    before = (await sampled.client.get_json("/alignment/v1/status"))["generation"]
    page = await shown(browser, "/admin/rebuild")
    unsaid = await pressed(browser, page, "Build it anew", reason="")
    assert (unsaid.status_code, "Say why it is built anew." in unsaid.text) == (422, True)
    done = await pressed(browser, page, "Build it anew", reason="A <b>test</b> of it.")
    assert (done.status_code, done.headers["location"]) == (303, "/admin?said=rebuilding")
    await switched(sampled, before)
    rebuilt = await events(sampled, "otto.operates", 5)
    assert [each["type"].rpartition(".")[2] for each in rebuilt][-1] == "rebuilt"
    found = words((await shown(browser, "/audit?who=otto.operates")).find(".//main"))
    assert f"had the view built anew generation {before + 1} “A <b>test</b> of it.” on the page" in found
    assert "forgot dead letter" in found
    assert "“Mended <there>.”" in found
