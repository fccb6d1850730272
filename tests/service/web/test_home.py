"""The first page: what waits for whoever is here, what others did since, how it goes, and how to begin."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from services.cli.sample import SAMPLE, SOMEBODY
from services.web.visits import Visits
from shared import clock
from shared.interchange import bundle_files
from shared.storage.db import Database
from tests.platform import Platform, running, settings_for
from tests.service.web.browsing import shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.usefixtures("settled")
async def test_it_says_what_is_worst_and_what_would_help_most(sampled: Platform, browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/")
    score = await sampled.client.get_json("/alignment/v1/score")
    worst = (await sampled.client.get_json("/alignment/v1/findings", limit=5))["items"]
    [moves] = page.xpath("//section[header/h2='What to act on']")
    assert moves.xpath(".//a[@class='t1']/text()") == [each["sentence"] for each in worst]
    assert moves.xpath(".//a[@class='t1']/@href") == [f"/findings/{each['id']}" for each in worst]
    assert page.xpath("string(//*[@class='figure'])") == str(score["index"])
    there = sum(each["findings"] for each in score["rules"])
    assert f"{there} findings are open." in page.xpath("string(//div[@class='head'])")
    [fixes] = page.xpath("//section[header/h2='Would help most']")
    assert fixes.xpath(".//a[@class='t1']/text()") == [each["title"] for each in score["fixes"][:4]]
    assert fixes.xpath(".//a[@class='t1']/@href") == [f"/findings/{each['finding']}" for each in score["fixes"][:4]]


@pytest.mark.usefixtures("settled")
async def test_the_dimensions_lead_to_how_they_are_counted(sampled: Platform, browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/")
    dimensions = (await sampled.client.get_json("/alignment/v1/score"))["dimensions"]
    bars = page.xpath("//ul[@class='bars']/li")
    assert [bar.xpath("string(a/@href)") for bar in bars] == [f"/score#{each['dimension']}" for each in dimensions]
    told = ["–" if each["raw"] is None else f"{each['raw']:.0f}" for each in dimensions]
    assert [bar.xpath("string(span[@class='num'])") for bar in bars] == told


@pytest.mark.usefixtures("settled")
async def test_it_draws_how_the_score_has_gone(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """A platform that is younger than a day has its few hours as its past."""
    page = await shown(browser, "/")
    [drawn] = page.xpath("//svg[contains(@class, 'spark')]")
    told = [float(row.xpath("string(td[2])")) for row in page.xpath("//details//table/tbody/tr")]
    series = (await sampled.client.get_json("/alignment/v1/score/trend", points=13))["points"]
    assert told[-1] == series[-1]["index"]
    points = sum(len(line.get("d").replace("L", "M").split("M")) - 1 for line in drawn.xpath("path[@class='l']"))
    assert points == len(told)


async def test_nothing_is_anybodys_whom_no_party_is(browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/")
    assert page.findtext(".//h1") == "Hello, reader"
    assert "No party signs in as reader" in page.xpath("string(//main)")
    assert not page.xpath("//a[.='Mine']")


@pytest.mark.parametrize("name", ["Amara", "Ingrid", "Maeve", "Tobias"])
async def test_the_people_of_the_sample_have_something_of_their_own(sampled: Platform, name: str) -> None:
    people = bundle_files.read([SAMPLE / "people.yaml"])
    [subject] = [each.spec["subject"] for each in people if each.spec["name"].startswith(f"{name} ")]
    page = await shown(await visitor(sampled, subject=subject), "/")
    assert page.findtext(".//h1") == f"Hello, {name}"
    assert page.xpath("//section[header/h2='Your move']//a[@class='t1']")
    assert page.xpath("//section[header/h2='You answer for']//a[@class='e']")
    assert SOMEBODY in {each.spec.get("subject") for each in people}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def small(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """A platform in which Wilma is a party, who signs."""
    async with running(settings_for(tmp_path_factory.mktemp("small"))) as platform:
        client = platform.client
        told = {"name": "Wilma Waits", "type": "person", "subject": "wilma", "key": "wilma"}
        party = await client.post("party", told)
        signs = {"subject": "wilma", "signs": True, "party_id": party["id"]}
        await client.post("stakeholder", {"name": "Head of waiting", "key": "head", **signs})
        yield platform


async def test_what_waits_for_a_decision_comes_first(small: Platform) -> None:
    client = small.client
    party, signer = await client.find("party", "wilma"), await client.find("stakeholder", "head")
    assert party
    assert signer
    goal = await client.post(
        "objective", {"name": "Wait less", "owner": {"kind": "party", "id": party["id"]}, "state": "proposed"}
    )
    items = [{"kind": "objective", "id": goal["id"]}]
    told = {"name": "Less waiting", "items": items, "signers": [signer["id"]], "due": "2999-12-30"}
    slice_ = await client.post("increment", told)
    await client.transition("increment", slice_["id"], slice_["version"], "submitted", "a test")
    await small.caught_up()
    page = await shown(await visitor(small, subject="wilma"), "/")
    assert page.findtext(".//h1") == "Hello, Wilma"
    [call] = page.xpath("//section[contains(@class, 'call')]")
    assert call.xpath(".//a[@class='t1']/@href") == [f"/increments/{slice_['key']}"]
    assert "1 item. Asked: Head of waiting." in " ".join(call.xpath("string(.//p)").split())
    assert "due 30 December 2999" in call.text_content()
    assert "1 package waits for your signature" in page.text_content()
    [owned] = page.xpath("//section[header/h2='You answer for']")
    assert owned.xpath(".//a[@class='e']/span/text()") == ["Wait less"]


async def test_findings_are_ones_own_or_it_is_said_that_they_are_everybodys(small: Platform) -> None:
    client = small.client
    party = await client.find("party", "wilma")
    assert party
    browser = await visitor(small, subject="wilma")
    stray = await client.post("tactic", {"name": "Nobody's tactic", "state": "in_force"})
    await small.caught_up()
    page = await shown(browser, "/")
    assert "No finding is yours to act on; these are everybody's." in page.text_content()
    theirs = page.xpath("//section[header/h2='What to act on']//a[@class='t1']/text()")
    assert any("Nobody's tactic" in each for each in theirs)
    owner = {"kind": "party", "id": party["id"]}
    await client.patch("tactic", stray["id"], stray["version"], {"owner": owner})
    await small.caught_up()
    page = await shown(browser, "/")
    mine = page.xpath("//section[header/h2='Your move']//a[@class='t1']/text()")
    assert mine
    assert all("Nobody's tactic" in each for each in mine)
    assert (await shown(browser, "/?of=all")).xpath("//section[header/h2='What to act on']")
    now = await client.get("tactic", stray["id"])
    await client.transition("tactic", now["id"], now["version"], "retired", "a test")


async def test_what_others_did_since_the_visit_before(small: Platform) -> None:
    database = Database(small.settings.database("web"))
    before = clock.now() - timedelta(days=2)
    assert await Visits(database, lambda: before).here("comes.back") is None, "nobody was here before"
    await database.close()
    made = await small.client.post("tactic", {"name": "Count the visitors"})
    mine = await small.acting("comes.back", "strategy:write").post("tactic", {"name": "Count myself"})
    await small.caught_up()
    page = await shown(await visitor(small, subject="comes.back"), "/")
    [since] = page.xpath("//section[header/h2='Since you were last here']")
    told = " ".join(since.text_content().split())
    assert "tester new Count the visitors" in told
    assert "Count myself" not in told
    assert before.strftime("%H:%M") in told
    for each in (made, mine):
        await small.client.delete("tactic", each["id"], each["version"], "a test")


async def test_an_empty_platform_says_how_to_begin(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with running(settings_for(tmp_path_factory.mktemp("nothing"))) as platform:
        reading = await shown(await visitor(platform), "/")
        assert not reading.xpath("//ol[@class='list']/li//a")
        told = set(reading.xpath("//ol[@class='list']/li//*[@aria-disabled='true']/@title"))
        assert told == {"It takes the right strategy:write", "It takes the right catalog:write"}
        browser = await visitor(platform, "strategy:write", "catalog:write")
        page = await shown(browser, "/")
        assert page.findtext(".//h1") == "Nothing is recorded yet"
        assert page.xpath("//ol[@class='list']/li//a/@href") == [
            f"/new/{kind}"
            for kind in ("strategy", "outcome", "objective", "service", "service_offering", "stakeholder")
        ]
        await platform.client.post("outcome", {"name": "Water comes out of the tap"})
        await platform.caught_up()
        steps = (await shown(browser, "/begin")).xpath("//ol[@class='list']/li")
        assert ["recorded" in step.text_content() for step in steps] == [False, True, False, False, False, False]
