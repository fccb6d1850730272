"""The cascade on the page: both sides, holes where they are with what fills them, and what was signed."""

from typing import Any

import httpx
import pytest

from tests.platform import Platform
from tests.service.web.acting import words
from tests.service.web.browsing import shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAME = "./div[@class='row']/div[@class='n']/a[@class='e']/span"


def names(places: list[Any]) -> set[str]:
    return {place.xpath(f"string({NAME})") for place in places}


@pytest.mark.usefixtures("settled")
async def test_it_has_both_sides_side_by_side_and_its_holes_where_they_are(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    page = await shown(browser, "/cascade")
    answer = await sampled.client.get_json("/alignment/v1/cascade")
    [card] = page.xpath("//section[@class='card'][header/h2/a = 'Resilient Water 2030']")
    tops = {side: names(card.xpath(f".//div[contains(@class, 'tight {side}')]/ul/li")) for side in ("business", "it")}
    assert "Halve leakage by 2030" in tops["business"]
    assert tops["it"] == {"Connected Network", "Dependable Services"}
    [tactic] = page.xpath(f"//li[{NAME} = 'Meter the last 94 districts']")
    assert tactic.xpath("string(.//span[@class='par']/a)") == "Renew the telemetry gateways"
    for hole in answer["holes"]:
        [place] = page.xpath(f"//*[@id='{hole['node']['kind']}/{hole['node']['id']}']")
        assert f"/findings/{hole['id']}" in place.xpath(".//a[@class='tag gap']/@href")
    assert len(page.xpath("//section[@id='holes']//tbody/tr")) == len(answer["holes"])
    leading = {link[1:] for link in page.xpath("//main//a/@href") if link.startswith("#")}
    assert leading <= set(page.xpath("//@id"))
    [stated] = page.xpath("//a[contains(@class, 'fchip')][contains(., 'Holes')]/b/text()")
    assert int(stated) == len({each["id"] for each in answer["holes"]})


async def test_the_four_ps_stand_with_their_strategy_and_their_holes(browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/cascade")
    [card] = page.xpath("//section[@class='card'][header/h2/a = 'Resilient Water 2030']")
    four = card.xpath("./div/div[h3 = 'Four Ps of the strategy']/div[@class='ps']/div")
    assert [words(each.find("h4")) for each in four] == ["Perspective", "Position", "Plan", "Pattern"]
    assert not card.xpath("./div/div[h3]/div[@class='ps']/div[@class='hole']")
    [it] = page.xpath(f"//li[{NAME} = 'Connected Network'][.//summary]")[:1]
    assert "none of 4" in words(it.xpath(".//details[@class='small']/summary")[0])


async def test_it_is_narrowed_to_what_is_looked_for(sampled: Platform, browser: httpx.AsyncClient) -> None:
    answer = await sampled.client.get_json("/alignment/v1/cascade")
    one = await shown(browser, "/cascade?strategy=no-customer-left-guessing")
    assert one.xpath("//main//section/header/h2/a/text()") == ["No Customer Left Guessing"]
    flat = await shown(browser, "/cascade?depth=objective")
    kinds = {link.split("/")[2] for link in flat.xpath("//div[@class='n']/a[@class='e']/@href")}
    assert kinds == {"strategy", "objective"}
    holes = await shown(browser, "/cascade?only=holes")
    ends = holes.xpath("//ul[@class='tree']//li[not(./ul)]")
    assert ends
    assert all(each.xpath("./div//a[@class='tag gap']") for each in ends)
    shown_holes = {link.rpartition("/")[2] for link in holes.xpath("//div[@class='row']//a[@class='tag gap']/@href")}
    assert shown_holes == {each["id"] for each in answer["holes"]} - {
        each["id"] for each in answer["holes"] if each["node"]["type"] == "business"
    }
    owner = next(iter({each["node"]["owner"] for each in answer["holes"]} - {None}))
    theirs = await shown(browser, f"/cascade?owner={owner}&only=holes")
    assert len(theirs.xpath("//ul[@class='tree']//li")) < len(holes.xpath("//ul[@class='tree']//li"))
    nobody = await shown(browser, "/cascade?owner=party/7d4f0000-0000-4000-8000-000000000001")
    assert "Nothing is left by these filters" in words(nobody)
    await shown(browser, "/cascade?only=nonsense", 422)


async def test_it_says_what_was_signed_and_what_has_changed_since(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    async def mark(path: str = "/cascade") -> list[str]:
        [first, *_] = (await shown(browser, path)).xpath(f"//li[{NAME} = 'Second hosting site']")
        return [words(each) for each in first.xpath("./div[@class='row']/div[@class='x']/a")]

    assert await mark() == ["signed"]
    tactic = await sampled.client.find("tactic", "second-hosting-site")
    assert tactic
    text = f"{tactic['description']} Twice."
    changed = await sampled.client.patch("tactic", tactic["id"], tactic["version"], {"description": text})
    await sampled.caught_up()
    assert await mark() == ["changed since signed"]
    assert await mark("/cascade?only=changed") == ["changed since signed"]
    past = await shown(browser, f"/cascade?as_of={tactic['updated_at']}")
    assert not past.xpath("//a[contains(@href, '/increments/')][contains(@class, 'tag')]")
    back = {"description": tactic["description"]}
    await sampled.client.patch("tactic", tactic["id"], changed["version"], back)
    await sampled.caught_up()
    assert await mark() == ["signed"]


async def test_a_hole_leads_to_the_act_that_fills_it_for_who_may(sampled: Platform, browser: httpx.AsyncClient) -> None:
    made = await sampled.client.post("tactic", {"name": "Sweep the yard", "state": "in_force"})
    await sampled.caught_up()
    writer = await visitor(sampled, "strategy:write")
    [hole] = (await sampled.client.get_json("/alignment/v1/findings", rule="V02", subject=f"tactic/{made['id']}"))[
        "items"
    ]
    act = f"//li[@id='tactic/{made['id']}']//a[@href='/new/objective?from={hole['id']}']"
    [link] = (await shown(writer, "/cascade")).xpath(act)
    assert link.text == "Add an objective"
    assert not (await shown(browser, "/cascade")).xpath(act)
    await sampled.client.transition("tactic", made["id"], made["version"], "retired", "The test is over.")
    await sampled.caught_up()
