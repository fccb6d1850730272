"""Changes on the page: day by day with who did what, between two moments, and names for moments."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.web.screens import changes
from shared.contracts import NODE_KINDS
from shared.contracts.alignment import BASELINE
from tests.platform import Platform
from tests.service.web.browsing import pressed, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


def said(part: Any) -> str:
    return " ".join(part.text_content().split())


async def test_what_was_done_stands_with_who_did_it_and_what_it_brought(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    made = await sampled.client.post("tactic", {"name": "Count the pumps", "state": "in_force"})
    await sampled.caught_up()
    page = await shown(browser, f"/changes?from={made['created_at']}")
    [save] = page.xpath("//article")
    assert save.xpath("string(header//span[@class='who'])").endswith("tester")
    [change] = save.xpath(".//li[@class='change']")
    assert change.xpath("string(span[1])") == "new"
    assert "Count the pumps" in said(change)
    assert not change.xpath("span[@class='ft']"), "that it has members goes without saying"
    assert "Opened" in said(save)
    assert "Tactic without an objective (Count the pumps)" in said(save)
    await sampled.client.patch(NODE_KINDS["tactic"], made["id"], made["version"], {"name": "Count all the pumps"})
    await sampled.caught_up()
    again = await shown(browser, f"/changes?from={made['created_at']}")
    [save] = again.xpath("//article")
    first, second = save.xpath(".//li[@class='change']")
    assert first.xpath("string(span[1])") == "changed", "the newest first, in one save"
    assert "Name: Count all the pumps" in said(first)
    assert first.xpath("string(.//ins)") == "all"
    assert second.xpath("string(span[1])") == "new"
    now = await sampled.client.get("tactic", made["id"])
    await sampled.client.transition("tactic", made["id"], now["version"], "retired", "a test")
    await sampled.caught_up()


@pytest.mark.parametrize("path", ["/changes", f"/changes/{datetime.now(UTC).date()}", "/changes?from=2026-01-01"])
async def test_what_is_older_is_on_the_next_page(browser: httpx.AsyncClient, path: str) -> None:
    first = await shown(browser, path)
    [older] = first.xpath("//a[contains(@href, 'cursor=')]/@href")
    second = await shown(browser, older)
    seen, there = ([said(each) for each in page.xpath("//article")] for page in (first, second))
    assert there
    assert there != seen


@pytest.mark.usefixtures("settled")
async def test_a_day_has_its_address_and_a_month_is_counted_by_day(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    today = datetime.now(UTC).date()
    page = await shown(browser, "/changes")
    diff = await sampled.client.get_json(
        "/alignment/v1/diff", **{"from": (today - timedelta(days=20)).isoformat(), "order": "newest", "limit": 1}
    )
    number = sum(each["changes"] for each in diff["days"])
    [head] = page.xpath("//main//div[h1]")
    assert said(head).startswith(f"Changes{number} changes in 30 days, newest first.")
    assert page.xpath("//svg[contains(@class, 'days')]//a/@href")[-1] == f"/changes/{today}"
    of_day = await shown(browser, f"/changes/{today}")
    assert of_day.xpath("//section[@class='day']/@aria-labelledby") == [f"day-{today}"]
    before = await shown(browser, f"/changes/{today - timedelta(days=3000)}")
    assert "Nothing changed" in said(before)
    for no_day in ("yesterday", f"{today:%Y%m%d}"):
        await shown(browser, f"/changes/{no_day}", 404)
    await shown(browser, f"/changes/{today + timedelta(days=1)}", 404)


@pytest.mark.usefixtures("settled")
async def test_pages_go_on_until_the_first_change(
    browser: httpx.AsyncClient, sampled: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    every = [each async for each in sampled.client.items("/alignment/v1/diff", **{"from": since})]
    monkeypatch.setattr(changes, "_PAGE", 150)
    number, path = 0, f"/changes?from={since}"
    while path:
        page = await shown(browser, path)
        number += len(page.xpath("//li[@class='change']"))
        path = next(iter(page.xpath("//a[.='Look further']/@href")), "")
    assert number >= len(every)


async def test_a_moment_gets_a_name_and_is_compared_with(sampled: Platform) -> None:
    browser = await visitor(sampled, "alignment:write")
    made = await sampled.client.post("tactic", {"name": "Later than named"})
    await sampled.caught_up()
    page = await shown(browser, "/changes")
    answer = await pressed(browser, page, "Name it", name="<Board> & meeting", at=made["created_at"][:19])
    assert answer.status_code == 303, answer.text
    named = await shown(browser, answer.headers["location"])
    assert "The moment has its name." in named.text_content()
    [link] = [link for link in named.xpath("//main//a") if link.text == "<Board> & meeting"]
    since = await shown(browser, link.get("href"))
    assert "Later than named" in said(since)
    assert since.xpath("//section[header/h2='Findings that opened']")
    refused = await pressed(browser, page, "Name it", name="")
    assert refused.status_code == 422
    [kept] = [each async for each in sampled.client.list(BASELINE, q="<board>")]
    assert kept["at"][:19] == made["created_at"][:19]
    await sampled.client.transition(BASELINE, kept["id"], kept["version"], "retired", "a test")
    await sampled.client.delete("tactic", made["id"], made["version"], "a test")
    await sampled.caught_up()


async def test_without_the_right_a_moment_gets_no_name(browser: httpx.AsyncClient) -> None:
    assert not (await shown(browser, "/changes")).xpath("//main//form[@method='post']")
    await shown(browser, "/changes?from=2026-02-01T00:00&to=2026-01-01T00:00", 422)
    await shown(browser, "/changes?from=never", 400)


@pytest.mark.parametrize("newest", [True, False])
async def test_the_api_has_either_first_and_counts_days(sampled: Platform, newest: bool) -> None:
    order = {"from": "2020-01-01", "order": "newest" if newest else "oldest"}
    items = [each async for each in sampled.client.items("/alignment/v1/diff", limit=100, **order)]
    events = [(each["at"], each["event"]) for each in items]
    assert [at for at, _ in events] == sorted((at for at, _ in events), reverse=newest)
    assert len(set(events)) == len(events)
    days = (await sampled.client.get_json("/alignment/v1/diff", limit=1, **order))["days"]
    counted: dict[str, int] = {}
    for at, _ in events:
        counted[at[:10]] = counted.get(at[:10], 0) + 1
    assert {each["day"]: each["changes"] for each in days} == counted
    assert [each["day"] for each in days] == sorted(counted)


@pytest.mark.parametrize("day", ["0001-01-01", "0999-12-31", "9999-12-31", "yesterday"])
async def test_a_day_that_nobody_means_has_no_page(browser: httpx.AsyncClient, day: str) -> None:
    await shown(browser, f"/changes/{day}", 404)
