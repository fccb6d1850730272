"""The rules on the page: each with what it finds now, and what is set of it, by whom and why."""

from collections import Counter
from typing import Any

import httpx
import pytest

from shared.contracts.alignment import RULE_PACK, SETTING
from shared.contracts.rule_packs import EXAMPLE
from tests.platform import Platform
from tests.service.web.browsing import pressed, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
RULES = "/alignment/v1/rules"


def said(page: Any) -> str:
    return " ".join(page.xpath("string(//main)").split())


def rows(page: Any) -> dict[str, Any]:
    """By the id of a rule."""
    return {row.xpath("string(th)"): row for row in page.xpath("//tr[th/a[starts-with(@href, '/rules/')]]")}


@pytest.mark.usefixtures("settled")
async def test_every_rule_stands_in_its_family_with_what_it_finds_now(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    rules = (await sampled.client.get_json(RULES))["items"]
    every = [each async for each in sampled.client.items("/alignment/v1/findings")]
    found = Counter(each["rule"] for each in every if not each["pending"])
    page = await shown(browser, "/rules")
    told = rows(page)
    assert {*told} == {each["id"] for each in rules}
    assert sum(found.values()) > 50
    for rule in rules:
        row = told[rule["id"]]
        assert row.xpath("string(td[4])") == str(found[rule["id"]]), rule["id"]
        assert row.xpath("ancestor::section/@id") == [rule["dimension"]]
        assert rule["title"] in row.text_content()
        assert row.xpath("td[4]/a/@href") == ([f"/findings?rule={rule['id']}"] if found[rule["id"]] else [])
    undecided = (await sampled.client.get_json(RULES))["undecided"]
    assert all(each["title"] in said(page) for each in undecided)


async def test_they_can_be_narrowed_down(browser: httpx.AsyncClient) -> None:
    """Decided by hand: the catalogue has V06 and V07 with a number of days, both of trace; nothing is off here."""
    assert {"V06", "V07"} < {*rows(await shown(browser, "/rules?q=90+days"))}
    assert {*rows(await shown(browser, "/rules?q=without+EXECUTION&dimension=trace&severity=high"))} == {"V06"}
    assert "No rule fits these filters" in said(await shown(browser, "/rules?q=without+execution&severity=low"))
    assert not rows(await shown(browser, "/rules?only=off"))
    found = rows(await shown(browser, "/rules?only=found"))
    assert "V02" in found
    assert all(row.xpath("td[4]/a") for row in found.values())
    await shown(browser, "/rules?only=some", 422)


async def test_a_rule_says_when_it_finds_something_and_what(sampled: Platform, browser: httpx.AsyncClient) -> None:
    [rule] = [each for each in (await sampled.client.get_json(RULES))["items"] if each["id"] == "V02"]
    page = await shown(browser, "/rules/V02")
    assert page.findtext(".//h1") == f"V02 {rule['title']}"
    for words in (rule["condition"], rule["remedy"], rule["source"]):
        assert words.replace("`", "") in said(page)
    for example in rule["examples"].values():
        assert example in page.text_content()
    found = (await sampled.client.get_json("/alignment/v1/findings", rule="V02", limit=5))["items"]
    [now] = page.xpath("//section[header/h2='Now']")
    assert now.xpath(".//a[@class='t1']/@href") == [f"/findings/{each['id']}" for each in found]
    assert "Nobody has set anything of it" in said(page)
    await shown(browser, "/rules/Z99", 404)


async def test_who_may_not_set_it_is_told_what_it_takes(browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/rules/V06")
    assert "takes the right alignment:write" in said(page)
    assert not page.xpath("//main//form[@method='post']")


async def test_it_is_set_changed_and_withdrawn_with_who_and_why(sampled: Platform) -> None:
    browser, client = await visitor(sampled, "alignment:write", subject="rita.rules"), sampled.client
    page = await shown(browser, "/rules/V06")
    assert "The catalogue says 90." in said(page)
    [field] = [each for each in page.xpath("//input/@name") if each.startswith("limit.")]
    wrong = await pressed(browser, page, "Set", **{field: "0", "reason": "Why not?"})
    assert (wrong.status_code, "from 1 to 10,000" in wrong.text, "Why not?" in wrong.text) == (422, True, True)
    nothing = await pressed(browser, page, "Set", reason="Only because.")
    assert (nothing.status_code, "It sets nothing" in nothing.text) == (422, True)
    unsaid = await pressed(browser, page, "Set", severity="low", reason=" ")
    assert (unsaid.status_code, "Say why." in unsaid.text) == (422, True)
    assert [each async for each in client.list(SETTING, rule="V06")] == []

    done = await pressed(
        browser, page, "Set", severity="low", **{field: "120"}, reason="Our planning takes <b>long</b>."
    )
    assert done.status_code == 303
    after = await shown(browser, done.headers["location"])
    [state] = [each async for each in client.list(SETTING, rule="V06")]
    set_ = {name: state[name] for name in ("off", "severity", "limits", "reason", "updated_by")}
    assert set_ == {
        "off": False, "severity": "low", "limits": {field.removeprefix("limit."): 120},
        "reason": "Our planning takes <b>long</b>.", "updated_by": "rita.rules",
    }  # fmt: skip
    assert after.xpath("//select[@name='severity']/option[@selected]/@value") == ["low"]
    assert "rita.rules set it" in said(after)
    assert "Our planning takes <b>long</b>." in said(after)

    late = await pressed(browser, page, "Set", severity="info", reason="I saw nothing of that.")
    assert (late.status_code, "Somebody has changed it" in late.text) == (412, True)
    changed = await pressed(browser, after, "Change", **{field: ""}, severity="medium", reason="Shorter.")
    assert changed.status_code == 303
    [state] = [each async for each in client.list(SETTING, rule="V06")]
    assert (state["severity"], state["limits"], state["version"]) == ("medium", {}, 2)

    again = await shown(browser, "/rules/V06")
    gone = await pressed(browser, again, "Back to the catalogue", reason="It was a trial.")
    assert gone.status_code == 303
    last = await shown(browser, gone.headers["location"])
    history = [" ".join(each.text_content().split()) for each in last.xpath("//ol[@class='time']/li")]
    assert [("withdrew it" in each, "changed it" in each, "set it" in each) for each in history] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert "It was a trial." in history[0]
    assert last.xpath("//select[@name='severity']/option[@selected]/@value") == []


async def test_packs_of_ones_own_are_there_with_their_rules(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """One that is judged by no longer: its rules have no page."""
    assert "No rules of your own" in said(await shown(browser, "/rules"))
    pack = {"key": "house", "name": "House rules", "prefix": "ACME", "rules": [EXAMPLE], "state": "retired"}
    await sampled.client.post(RULE_PACK, {**pack, "state_reason": "Tried elsewhere."})
    page = await shown(browser, "/rules")
    [card] = page.xpath("//section[@id='packs']")
    assert "House rules" in card.text_content()
    assert "ACME-01 Process without a trigger" in " ".join(card.text_content().split())
    assert "retired" in card.text_content()
    assert not card.xpath(".//tbody//a")


async def test_kinds_lead_to_their_list_where_there_is_one(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """There is no list of measurements."""
    rules = (await sampled.client.get_json(RULES))["items"]
    rule = next(each for each in rules if "measurement" in each["kinds"])
    page = await shown(browser, f"/rules/{rule['id']}")
    about = page.xpath("//dt[. = 'About']/following-sibling::dd[1]")[0]
    assert len(about.xpath("a")) == len(rule["kinds"]) - 1
    assert "/list/measurement" not in about.xpath("a/@href")
    assert "measurement" in about.text_content()
