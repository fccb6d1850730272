"""How the score is counted, what is covered, and who somebody is, on the page."""

import httpx
import pytest

from tests.platform import Platform
from tests.service.web.browsing import shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.usefixtures("settled")
async def test_each_dimension_has_its_rules_and_what_they_count(sampled: Platform, browser: httpx.AsyncClient) -> None:
    score = await sampled.client.get_json("/alignment/v1/score")
    page = await shown(browser, "/score")
    for dimension in score["dimensions"]:
        [card] = page.xpath(f"//section[@id='{dimension['dimension']}']")
        assert f"{dimension['numerator']:g} of {dimension['denominator']:g}" in card.text_content()
        rules = [each for each in score["rules"] if each["dimension"] == dimension["dimension"] and each["subjects"]]
        rows = card.xpath(".//tbody/tr")
        assert [row.xpath("string(td[1])") for row in rows] == [each["rule"] for each in rules]
        assert [row.xpath("string(td[4])") for row in rows] == [str(each["subjects"]) for each in rules]
        assert [row.xpath("string(td[5])") for row in rows] == [
            f"{each['passing']:g} of {each['applicable']:g}" for each in rules
        ]
    assert page.xpath("//section[header/h2='Would help most']//a[@class='t1']/@href") == [
        f"/findings/{each['finding']}" for each in score["fixes"]
    ]


@pytest.mark.usefixtures("settled")
async def test_the_maps_say_in_words_what_is_covered(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """Decided by hand: the wallboard feeds are designed with nothing, and the briefing has nothing in it."""
    page = await shown(browser, "/coverage")
    rows = {
        row.xpath("string(th//a)"): [cell.text_content() for cell in row.xpath("td")]
        for row in page.xpath("//table[contains(@class, 'heat')]/tbody/tr")
    }
    assert rows["Wallboard feeds"] == ["missing"] * 4
    assert rows["Crew dispatch"] == ["covered", "covered", "covered", "not needed"]
    assert rows["Leak hotspot briefing"] == ["missing", "covered", "covered", "missing", "missing"]
    design = await sampled.client.get_json("/alignment/v1/coverage/design", limit=200)
    [wallboard] = [each for each in design["items"] if each["service"]["name"] == "Wallboard feeds"]
    links = page.xpath("//tr[th//a[.='Wallboard feeds']]/td/a/@href")
    assert links == [f"/findings/{wallboard[p]['finding']['id']}" for p in ("people", "process", "product", "partner")]


async def test_one_sees_who_one_is_and_what_one_may_do(sampled: Platform, browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/me")
    assert page.findtext(".//h1") == "reader"
    rights = {
        row.text: row.getnext().text_content() for row in page.xpath("//section[header/h2='What you may do']//dt")
    }
    assert rights["Strategy"] == "see everything"
    party = await sampled.client.post("party", {"name": "Olga Owns", "type": "person", "subject": "olga.owns"})
    owned = await sampled.client.post(
        "tactic", {"name": "Own something", "owner": {"kind": "party", "id": party["id"]}}
    )
    await sampled.caught_up()
    page = await shown(await visitor(sampled, "strategy:write", subject="olga.owns"), "/me")
    assert page.findtext(".//h1") == "Olga Owns"
    [owns] = page.xpath("//section[header/h2='What you own']")
    assert owns.xpath(".//a[@class='e']/@href") == [f"/entity/tactic/{owned['key']}"]
    assert "see everything, enter and change" in page.text_content()
    await sampled.client.delete("tactic", owned["id"], owned["version"], "a test")
    leaving = await sampled.client.transition("party", party["id"], party["version"], "leaving", "a test")
    await sampled.client.transition("party", party["id"], leaving["version"], "left", "a test")
    await sampled.caught_up()
