"""The page in a browser, as people use it: with the script and without, by pointer and by keyboard, wide and narrow."""

import re
import struct
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, async_playwright, expect

from tests import backends
from tests.backends import browser
from tests.backends.server import Missing
from tests.system import processes
from tests.system.browsing import (
    COLOURS,
    NARROW,
    SCREENS,
    SERVICE,
    WIDE,
    Visitor,
    choose_moment,
    has_stayed,
    heading,
    stays,
    violations,
    visit,
)
from tests.system.ways import Keyboard, Pointer

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECTIONS = (
    "Home", "Findings", "Sign-off", "Cascade", "Coverage", "What-if", "Changes", "Strategy", "Services and offerings",
    "Processes", "People and roles",
)  # fmt: skip


@pytest.fixture(scope="module")
def executable() -> str:
    try:
        return browser.executable()
    except Missing as reason:
        backends.skip("browser", reason)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser") / "home"


@pytest.fixture(scope="module")
def printed(executable: str, home: Path) -> Iterator[str]:
    with processes.with_sample(home) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor(executable: str, printed: str) -> AsyncIterator[Visitor]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=executable, args=browser.OPTIONS)
        visitor = Visitor(launched, printed)
        await visitor.sign_in()
        yield visitor
        await launched.close()


async def test_search_while_typing_open_follow_and_go_back(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto("/")
        await stays(page)
        await page.locator("#find").press_sequentially("live network m")
        await page.locator("#found").get_by_role("link", name=SERVICE, exact=True).click()
        await expect(heading(page, SERVICE)).to_be_visible()
        await expect(page).to_have_title(f"{SERVICE} · Plumbline")
        await expect(page.locator("#told")).to_contain_text(SERVICE)
        opened = page.url
        await page.get_by_role("navigation", name=SERVICE).get_by_role("link", name="Map").click()
        await page.locator("svg a", has_text="Crew day kit").click()
        await expect(heading(page, "Crew day kit")).to_be_visible()
        await page.go_back()
        await page.go_back()
        await expect(heading(page, SERVICE)).to_be_visible()
        assert page.url == opened
        assert await has_stayed(page)


async def test_the_page_of_the_search_keeps_its_address_with_what_is_typed(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto("/search")
        await page.get_by_label("Name or key").press_sequentially("telemetry")
        await expect(page.locator("#results tbody tr").first).to_contain_text(re.compile("telemetry", re.IGNORECASE))
        await expect(page).to_have_url(re.compile(r"/search\?q=telemetry$"))
        await expect(page.get_by_label("Name or key")).to_be_focused()
        await page.get_by_label("Kind").select_option("tactic")
        await page.get_by_role("button", name="Search", exact=True).click()
        await expect(page.locator("#results tbody tr")).to_have_count(1)
        await page.reload()
        await expect(page.locator("#results tbody tr")).to_have_count(1)


async def test_the_map_goes_as_far_as_asked_and_grows(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto(f"/entity/service/{await visitor.found('service', SERVICE)}/map?depth=1")
        await stays(page)
        before = await page.locator("svg.draw .nd").count()
        await page.get_by_label("Steps").select_option("3")
        await page.get_by_role("button", name="Draw").click()
        await expect(page).to_have_url(re.compile("depth=3"))
        assert await page.locator("svg.draw .nd").count() > before
        await page.get_by_text("By which relations").click()
        await page.get_by_label("serves", exact=True).check()
        await page.get_by_role("button", name="Draw").click()
        await expect(page).to_have_url(re.compile("types=serves"))
        assert set(await page.locator("#listed td[data-l=Relation]").all_inner_texts()) == {"serves"}
        width = await _width(page)
        await page.get_by_role("button", name="Larger").click()
        assert await _width(page) == pytest.approx(width * 1.25)
        await page.locator(".canvas").press("-")
        assert await _width(page) == pytest.approx(width)
        await page.get_by_role("button", name="Whole").click()
        seen = await page.locator(".canvas").evaluate("frame => frame.clientWidth")
        assert await _width(page) == pytest.approx(min(seen, 4 * width))
        assert await has_stayed(page)


async def _width(page: Page) -> float:
    return float(await page.locator("svg.draw").get_attribute("width") or 0)


@pytest.mark.parametrize("script", [True, False])
async def test_something_is_made_edited_and_deleted(visitor: Visitor, script: bool) -> None:
    """With rows that are added and moved, an unclear name, a reason, and by Enter in a field."""
    name = f"Night watch {'with' if script else 'without'} script"
    async with visitor.page(java_script_enabled=script) as page:
        await page.goto("/new/service_offering")
        await page.get_by_label("Name", exact=True).fill(name)
        await page.get_by_label(re.compile("^Owner")).fill("Network")
        await page.get_by_role("button", name="Add to services").click()
        await _row(page).fill("Customer portal")
        await page.get_by_role("button", name="Make it").click()
        await expect(page.locator("#refused")).to_contain_text("choose what you mean")
        await page.get_by_label("Network Operations (party)").check()
        await page.get_by_role("button", name="Make it").click()
        await expect(heading(page, name)).to_be_visible()
        await expect(page.locator(".toast")).to_contain_text("Created.")
        await page.get_by_role("link", name="Edit", exact=True).click()
        await page.get_by_label("Description").fill("Somebody is awake.")
        await page.get_by_label("Reason").fill("Nights are long.")
        await page.get_by_label("Reason").press("Enter")
        await expect(page.locator(".ehead")).to_contain_text("Somebody is awake.")
        await page.get_by_role("navigation", name=name).get_by_role("link", name="History").click()
        await expect(page.locator(".time li").first).to_contain_text("Nights are long.")
        await page.get_by_role("navigation", name=name).get_by_role("link", name="Overview").click()
        await page.get_by_role("link", name="Delete the draft").click()
        await page.get_by_label("Reason").last.fill("It was a test.")
        await page.get_by_role("button", name="Delete the draft").click()
        await expect(page.locator(".toast")).to_contain_text("Deleted.")


@pytest.mark.parametrize(("viewport", "beside"), [(WIDE, True), (NARROW, False)])
async def test_the_cascade_has_both_sides_beside_each_other_where_there_is_room(
    visitor: Visitor, viewport: Any, beside: bool
) -> None:
    async with visitor.page(viewport=viewport) as page:
        await page.goto("/cascade")
        branch = page.locator(".cascade > section").first
        business, it = (
            await branch.locator("div.business").bounding_box(),
            await branch.locator("div.it").bounding_box(),
        )
        assert business
        assert it
        assert (it["y"] == business["y"], it["x"] > business["x"]) == (beside, beside)
        await branch.locator("div.it a").first.click()
        await expect(heading(page, "Connected Network")).to_be_visible()


async def test_a_branch_of_the_cascade_folds_and_its_filters_apply_at_once(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto("/cascade")
        await stays(page)
        goal = page.get_by_role("link", name="Halve leakage by 2030", exact=True)
        below = page.locator(".tree").get_by_role("link", name="Find hidden leaks within eight days", exact=True)
        await expect(below).to_be_visible()
        await page.locator(".tree .row", has=goal).locator("details.f summary").click()
        await expect(below).to_be_hidden()
        await page.get_by_label("Down to").focus()
        await page.get_by_label("Down to").select_option("objective")
        await expect(page).to_have_url(re.compile("depth=objective"))
        await expect(page.get_by_role("link", name="Meter the last 94 districts")).to_have_count(0)
        await expect(page.get_by_label("Down to")).to_be_focused()
        assert await has_stayed(page)


@pytest.mark.parametrize("script", [True, False])
async def test_letters_are_changed_and_shown_with_what_that_does_before_they_are_saved(
    visitor: Visitor, script: bool
) -> None:
    async with visitor.page(java_script_enabled=script) as page:
        await page.goto("/raci/burst-response/edit")
        first = page.locator("table.raci tbody tr").first
        name = await first.locator("input[name=name]").input_value()
        await first.get_by_role("button", name=f"Move {name} down").click()
        await expect(page.locator("table.raci tbody tr").nth(1).locator("input[name=name]")).to_have_value(name)
        for select in await page.locator("table.raci tbody tr").nth(1).locator("select").all():
            await select.select_option("C")
        await page.get_by_label("Reason").fill("Nobody has to.")
        await page.get_by_role("button", name="Apply", exact=True).last.click()
        await expect(page.locator("li.opened").first).to_be_visible()
        await expect(page.get_by_label("Reason")).to_have_value("Nobody has to.")
        await page.get_by_role("link", name="Discard").click()
        await expect(page.locator("table.raci tbody tr").first).to_contain_text(name)


async def test_a_change_is_put_together_and_counted_without_the_script(visitor: Visitor) -> None:
    async with visitor.page(java_script_enabled=False) as page:
        await page.goto("/scenarios/new")
        await page.get_by_label("What", exact=True).fill("service/hilltop-radio")
        await page.get_by_role("button", name="Step", exact=True).click()
        await page.get_by_label("What to do").nth(1).select_option("leave")
        await page.get_by_label("What", exact=True).nth(1).fill("Maeve Stroud")
        await page.get_by_role("button", name="Count what it does").click()
        await expect(heading(page, "What if we retire Hilltop radio?")).to_be_visible()
        await expect(page.locator("li.opened").first).to_be_visible()
        await expect(page.get_by_role("heading", name="What Maeve Stroud leaves open")).to_be_visible()


async def test_the_slider_moves_every_page_and_keeps_the_moment(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto("/")
        await stays(page)
        slider = page.get_by_label("Through time")
        await page.get_by_role("button", name="Moment").click()
        await expect(slider).to_have_attribute("aria-valuetext", "now")
        await slider.press("Home")
        await expect(page.locator("main .note").first).to_contain_text("You see")
        [moment] = _moment(page)
        for section in SECTIONS[1:]:
            await visit(page, section)
            assert [at[: len(moment)] for at in _moment(page)] == [moment]
            assert await slider.input_value() == await slider.get_attribute("min")
        await visit(page, "Cascade")
        await page.get_by_role("button", name="Moment").click()
        await slider.press("End")
        await expect(page).to_have_url(f"{visitor.address}/cascade")
        await expect(page.locator(".cascade > section").first).to_be_visible()
        await page.go_back()
        await expect(page.locator(".cascade > section")).to_have_count(0)
        assert await has_stayed(page)


def _moment(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("as_of", [])


async def test_everything_works_without_the_script(visitor: Visitor) -> None:
    async with visitor.page(java_script_enabled=False) as page:
        await page.goto("/")
        await page.get_by_role("button", name="Moment").click()
        await expect(page.get_by_label("Through time")).to_be_hidden()
        await page.keyboard.press("Escape")
        await page.locator("#find").fill("live network map")
        await page.locator("#find").press("Enter")
        await page.locator("#results").get_by_role("link", name=SERVICE, exact=True).click()
        await page.get_by_role("navigation", name=SERVICE).get_by_role("link", name="Map").click()
        await expect(page.get_by_role("button", name="Larger")).to_be_hidden()
        await page.get_by_label("Steps").select_option("1")
        await page.get_by_text("By which relations").click()
        await page.get_by_label("offers", exact=True).check()
        await page.get_by_role("button", name="Draw").click()
        await expect(page).to_have_url(re.compile("depth=1&direction=both&types=offers$"))
        await page.locator("svg a", has_text="Crew day kit").click()
        await expect(heading(page, "Crew day kit")).to_be_visible()
        for section in SECTIONS:
            await visit(page, section)
        await page.goto("/cascade")
        await choose_moment(page, "2020-01-01T00:00:00")
        await expect(page.locator("main .note").first).to_contain_text("1 January 2020")
        await page.locator("main").get_by_role("link", name="Go to now").click()
        await expect(page.locator(".cascade > section").first).to_be_visible()


async def test_it_can_be_used_by_keyboard_alone(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto("/")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.keyboard.press("/")
        await expect(page.locator("#find")).to_be_focused()
        await page.keyboard.type("live network map")
        await expect(page.locator("#found a").first).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#found")).to_be_hidden()
        await page.keyboard.type(" ")
        await expect(page.locator("#found a").first).to_be_visible()
        for _ in range(await page.locator("#found a").count()):
            await page.keyboard.press("ArrowDown")
            if await page.locator("#found a:focus").inner_text() == SERVICE:
                break
        await page.keyboard.press("Enter")
        await expect(heading(page, SERVICE)).to_be_visible()
        await expect(page.locator("main")).to_be_focused()
        await page.get_by_role("navigation", name=SERVICE).get_by_role("link", name="Map").press("Enter")
        await page.locator("svg a", has_text="Crew day kit").press("Enter")
        await expect(heading(page, "Crew day kit")).to_be_visible()


async def test_a_page_turns_where_nobody_is_in_the_middle_of_something_and_says_so_elsewhere(visitor: Visitor) -> None:
    name = "Role that others make"
    async with visitor.page() as idle, visitor.page() as busy, visitor.page() as other:
        for page in (idle, busy):
            await page.goto("/list/role?q=others&said=saved")
            await stays(page)
        await busy.get_by_role("button", name="Moment").click()
        await _made(other, "role", name)
        row = re.compile(name)
        await expect(idle.get_by_role("link", name=row)).to_be_visible(timeout=20_000)
        await expect(idle).to_have_url(f"{visitor.address}/list/role?q=others")
        await expect(idle.locator("#newer")).to_be_hidden()
        await expect(busy.locator("#newer")).to_be_visible(timeout=20_000)
        await expect(busy.get_by_role("link", name=row)).to_have_count(0)
        await busy.keyboard.press("Escape")
        await busy.get_by_role("button", name="Show it").click()
        await expect(busy.get_by_role("link", name=row)).to_be_visible()
        assert await has_stayed(idle)
        assert await has_stayed(busy)


async def test_what_was_typed_survives_a_reload_the_end_of_a_session_and_what_others_save(visitor: Visitor) -> None:
    async with visitor.page() as page, visitor.page() as other:
        await _made(page, "service_offering", "Offering with a draft")
        await page.get_by_role("link", name="Edit", exact=True).click()
        await expect(page).to_have_url(re.compile("/edit$"))
        path, note, typed = page.url, page.locator("#again"), page.get_by_label("Description")
        await typed.fill("Half a sen")
        await page.get_by_role("button", name="Add to services").click()
        await _row(page).fill("Customer portal")
        await page.goto(path)
        await expect(note.get_by_text("What you had typed is here again.")).to_be_visible()
        await expect(page.locator("#older")).to_be_hidden()
        await expect(typed).to_have_value("Half a sen")
        await expect(_row(page)).to_have_value("Customer portal")
        assert "form" not in [name for each in await _kept(page) for name, _ in each["fields"]]
        await note.get_by_role("button", name="Start over").click()
        await expect(typed).to_have_value("")
        assert not await _kept(page)
        await typed.fill("Half a sentence")
        await page.context.clear_cookies()
        await page.get_by_role("button", name="Save version 2").click()
        await expect(heading(page, "Sign in")).to_be_visible()
        await page.context.add_cookies(visitor.state["cookies"])
        await other.goto(path)
        await other.get_by_label("Description").fill("What others say")
        await other.get_by_role("button", name="Save version 2").click()
        await expect(other.locator(".toast")).to_be_visible()
        await page.goto(path)
        await expect(typed).to_have_value("Half a sentence")
        await expect(page.locator("#older")).to_be_visible()
        await page.get_by_role("button", name="Save version 2").click()
        await expect(page.locator("table.merge")).to_contain_text("What others say")
        await page.get_by_role("button", name="Save version 3").click()
        await expect(page.locator(".ehead")).to_contain_text("Half a sentence")
        assert not await _kept(page)


async def test_what_is_only_an_answer_keeps_what_was_typed_as_well(visitor: Visitor) -> None:
    """Many things at once have no address of their own; of a rule only what was typed is put back."""
    async with visitor.page() as page:
        note = page.locator("#again")
        await page.goto("/list/driver")
        await page.get_by_role("checkbox", name=re.compile("^Tick ")).first.check()
        await page.get_by_label("With what is ticked").select_option("add:tags")
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_label("Tags").fill("half-typed")
        await page.reload()
        await expect(page.get_by_label("Tags")).to_have_value("half-typed")
        await page.context.clear_cookies()
        await page.get_by_role("button", name="Preview").click()
        await expect(heading(page, "Sign in")).to_be_visible()
        [back] = [each for each in await page.context.cookies() if each.get("name") == "plumbline_back"]
        assert unquote(str(back.get("value"))) == "/list/driver/edit"
        await page.context.add_cookies(visitor.state["cookies"])
        await page.goto("/list/driver/edit")
        await expect(note.get_by_text("What you had typed is here again.")).to_be_visible()
        await expect(page.get_by_label("Tags")).to_have_value("half-typed")
        await expect(page.get_by_role("checkbox", name=re.compile("^Tick "))).to_have_count(1)
        await page.get_by_role("link", name="Leave").click()
        await expect(page).to_have_url(re.compile("/list/driver$"))
        assert not await _kept(page)
        await page.goto("/rules/V04")
        await page.get_by_label("Switched off").check()
        await page.get_by_label("Reason").fill("Not before spr")
        [draft] = await _kept(page)
        assert draft["typed"] == ["off", "reason"]
        await page.goto("/rules/V04")
        await expect(page.get_by_label("Switched off")).to_be_checked()
        await expect(page.get_by_label("Reason")).to_have_value("Not before spr")
        await note.get_by_role("button", name="Start over").click()
        await expect(page.get_by_label("Switched off")).not_to_be_checked()
        assert not await _kept(page)


def _row(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Row 1 of services").or_(
        page.get_by_role("combobox", name="Row 1 of services")
    )


async def _made(page: Page, kind: str, name: str) -> None:
    await page.goto(f"/new/{kind}")
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_role("button", name="Make it").click()
    await expect(heading(page, name)).to_be_visible()


async def _kept(page: Page) -> list[Any]:
    """The drafts of a tab."""
    return list(await page.evaluate("Object.keys(sessionStorage).map(key => JSON.parse(sessionStorage[key]))"))


async def test_a_finding_opens_beside_the_list_and_is_acknowledged_by_keyboard(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto("/findings?by=each&rule=V04")
        await stays(page)
        await page.get_by_role("link", name="Planning pump schedules").first.press("Enter")
        opened = page.get_by_role("complementary", name="The finding that is open")
        await expect(opened.get_by_role("heading", level=2)).to_contain_text("Planning pump schedules")
        assert await has_stayed(page)
        await opened.locator("summary", has_text="Acknowledge or assign").press("Enter")
        await opened.get_by_label("What is going to be done").fill("Ask the board")
        await opened.get_by_role("button", name="Acknowledge", exact=True).press("Enter")
        await expect(page.locator(".toast")).to_have_text("Acknowledged.")
        await expect(page.get_by_text("Ask the board")).to_be_visible()


async def test_nothing_keeps_anybody_out_and_nothing_is_wider_than_the_window(visitor: Visitor) -> None:
    """Wide and narrow, in the light and in the dark."""
    async with visitor.page() as page:
        for path in SCREENS.values():
            await page.goto(path)
            for viewport in (WIDE, NARROW):
                await page.set_viewport_size(viewport)
                assert not await violations(page), (path, viewport)
                await page.emulate_media(color_scheme="dark")
                assert not await violations(page, *COLOURS), (path, viewport)
                await page.emulate_media(color_scheme="light")
            for width in (320, 480, 768, 1024, 1280, 1920):
                await page.set_viewport_size({"width": width, "height": 800})
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


async def test_a_drawing_is_kept_as_a_picture_of_twice_its_size(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.goto("/entity/service/live-network-map/map?depth=1")
        [_, _, width, height] = (await page.locator("svg.draw").get_attribute("viewBox") or "").split()
        async with page.expect_download() as waiting:
            await page.get_by_role("button", name="PNG").click()
        kept = await waiting.value
        assert kept.suggested_filename == "live-network-map-map.png"
        raw = (await kept.path()).read_bytes()
        assert raw[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", raw[16:24]) == (2 * (int(width) + 32), 2 * (int(height) + 96))
        surface, accent = await page.evaluate(_PIXELS, f"data:image/png;base64,{b64encode(raw).decode()}")
        assert surface > 0.1  # of all pixels, so it is no empty sheet
        assert 0 < accent < 0.1


_PIXELS = """async (address) => {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (each) => each.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes]));
  const canvas = new OffscreenCanvas(picture.width, picture.height), pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height), found = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    found[0] += colour === 0xeef2f0;
    found[1] += colour === 0x0b6b61;
  }
  return found.map((each) => each / (data.length / 4));
}"""
"""What part of a picture is as the columns of the map, and as what is strong in it."""


@pytest.mark.parametrize("screen", ["cascade", "service", "process", "increment", "proof"])
async def test_on_paper_all_is_unfolded_and_nothing_is_to_be_pressed(visitor: Visitor, screen: str) -> None:
    path = SCREENS[screen]
    async with visitor.page(viewport={"width": 688, "height": 1000}) as page:
        await page.goto(path)
        await expect(page.get_by_role("button", name="Print")).to_be_visible()
        folded = page.locator("main details")
        await folded.evaluate_all("(all) => all.forEach((each) => (each.open = false))")
        await page.emulate_media(media="print", color_scheme="dark")
        assert (
            await page.locator("button:visible, .btn:visible, nav:visible, input:visible, select:visible").count() == 0
        )
        unseen = "(all) => all.filter((each) => !each.checkVisibility({contentVisibilityAuto: true})).length"
        assert await page.locator("main details > :not(summary), main .tree ul").evaluate_all(unseen) == 0
        assert path in await page.locator(".printed").inner_text()
        assert "as recorded by" in await page.locator(".printed").inner_text()
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert (await page.pdf(prefer_css_page_size=True, format="A4"))[:5] == b"%PDF-"


@pytest.mark.parametrize("script", [True, False])
async def test_many_are_changed_by_keyboard(visitor: Visitor, script: bool) -> None:
    async with visitor.page(java_script_enabled=script) as page:
        await page.goto("/list/driver")
        number = await page.locator("main tbody tr").count()
        await page.get_by_label("All on this page").press("Space")
        if script:
            assert await page.locator("main tbody input:checked").count() == number
        await page.get_by_label("With what is ticked").select_option("add:tags")
        await page.get_by_role("button", name="Go on", exact=True).last.press("Enter")
        await expect(page.locator("main tbody tr")).to_have_count(number)
        await page.get_by_label(re.compile("^Tags")).fill("looked-at")
        await page.get_by_role("button", name="Preview").press("Enter")
        await expect(page.get_by_text(f"{number} of {number} would be changed")).to_be_visible()
        assert not script or not await violations(page)
        await page.get_by_role("link", name="Leave").press("Enter")
        await expect(page).to_have_url(re.compile("/list/driver$"))


WAYS: dict[str, tuple[Pointer, dict[str, Any]]] = {
    "pointer": (Pointer(), {}),
    "keyboard": (Keyboard(), {}),
    "no script": (Pointer(), {"java_script_enabled": False}),
}


async def _begin(way: Pointer, page: Page, kind: str) -> None:
    """A new one, from wherever one is."""
    await way.press(page.get_by_role("button", name="New", exact=True))
    await way.press(page.locator("#new").get_by_role("link", name=kind, exact=True))


async def _turn(way: Pointer, page: Page, section: str) -> None:
    """By the sections at the side; a number may stand beside."""
    name = re.compile(rf"^{section}( ?\d+)?$")
    await way.press(page.locator("nav.main").get_by_role("link", name=name))
    await expect(page.locator("nav.main [aria-current]")).to_have_text(name)


@pytest.mark.parametrize("by", WAYS)
async def test_a_strategy_lead_proposes_and_whoever_signs_decides(visitor: Visitor, home: Path, by: str) -> None:
    """From a new objective over an increment to its signature, each as themselves."""
    way, options = WAYS[by]
    goal, slice_ = f"Fewer calls, {by}", f"Spring slice, {by}"
    async with visitor.page(**options) as page:
        await page.goto("/")
        await _begin(way, page, "Objective")
        await way.write(page.get_by_label("Name", exact=True), goal)
        await way.write(page.get_by_label(re.compile("^Owner")), "Ingrid Castellan")
        await way.write(page.get_by_label(re.compile("^Parent")), "Halve leakage by 2030")
        await way.press(page.get_by_role("button", name="Make it"))
        await expect(heading(page, goal)).to_be_visible()
        await way.press(page.get_by_role("link", name="Proposed", exact=True))
        await way.press(page.get_by_role("button", name=re.compile("proposed")))
        await expect(page.locator(".toast")).to_contain_text("Its state has changed.")
        await _begin(way, page, "Increment")
        await way.write(page.get_by_label("Name", exact=True), slice_)
        await way.press(page.get_by_role("button", name="Add to items"))
        await way.write(page.get_by_label("Row 1 of Items", exact=True), goal)
        await way.press(page.get_by_role("button", name="Add to signers"))
        await way.write(page.get_by_label("Row 1 of Signers", exact=True), "Director of information services")
        await way.press(page.get_by_role("button", name="Make it"))
        await expect(heading(page, slice_)).to_be_visible()
        await _turn(way, page, "Sign-off")
        await way.press(page.get_by_role("link", name=slice_, exact=True))
        await way.press(page.get_by_role("button", name="Ask for signatures"))
        await expect(page.locator(".toast")).to_contain_text("Submitted")
    signer = Visitor(visitor.browser, processes.signing_in(home, "tobias.oyelaran"))
    await signer.sign_in()
    async with signer.page(**options) as page:
        await page.goto("/")
        await way.press(page.get_by_role("link", name="All sign-offs"))
        await expect(heading(page, "Sign-off")).to_be_visible()
        await way.press(page.locator("main").get_by_role("link", name=slice_, exact=True))
        await way.tick(page.get_by_role("radio", name="Sign I agree with the text shown here."))
        await way.press(page.get_by_role("button", name="Record the decision on 1 item"))
        await expect(page.locator(".toast")).to_contain_text("Your decision is recorded.")
        await way.press(page.get_by_role("link", name="Proof", exact=True))
        await expect(page.locator("main")).to_contain_text("tobias.oyelaran")


@pytest.mark.parametrize("by", WAYS)
async def test_a_service_owner_mends_what_is_wrong(visitor: Visitor, by: str) -> None:
    way, options = WAYS[by]
    async with visitor.page(**options) as page:
        await page.goto("/")
        await _turn(way, page, "Findings")
        await way.choose(page.get_by_label("Rule"), "P12 Process that nothing uses")
        if not options.get("java_script_enabled", True):
            await way.press(page.get_by_role("button", name="Apply", exact=True))
        await expect(page).to_have_url(re.compile("rule=P12"))
        await way.press(page.get_by_role("region", name="Findings by cause").locator("li a").first)
        await way.press(page.get_by_role("link", name="See the ways to mend it"))
        await way.press(page.get_by_role("button", name="See what it would do").first)
        await way.write(page.get_by_label(re.compile("^Reason")), "It was forgotten.")
        await way.press(page.get_by_role("button", name="Apply", exact=True))
        await expect(page.locator(".toast")).to_contain_text("The remedy is applied.")


@pytest.mark.parametrize(("by", "letter"), [*zip(WAYS, "CIA", strict=True)])
async def test_a_process_owner_gives_a_letter(visitor: Visitor, by: str, letter: str) -> None:
    way, options = WAYS[by]
    async with visitor.page(**options) as page:
        await page.goto("/")
        await _turn(way, page, "Processes")
        await way.press(page.locator("main").get_by_role("link", name="Burst response", exact=True))
        await way.press(page.get_by_role("link", name="Edit who does what"))
        cell = page.get_by_label("Shut off and mend: Dispatch coordinator")
        await way.choose(cell, letter)
        await way.write(page.get_by_label("Reason"), "They asked to.")
        await way.press(page.get_by_role("button", name="Save", exact=True))
        await expect(page.locator(".toast")).to_contain_text("Saved.")
        row = page.get_by_role("row", name=re.compile("Shut off and mend"))
        await expect(row.get_by_role("cell").last).to_have_text(re.compile(f"^{letter}"))


async def test_who_has_signed_out_has_to_sign_in(visitor: Visitor) -> None:
    """The last of all: it ends the session of every other."""
    async with visitor.page() as page, visitor.page(storage_state=None) as stranger:
        await page.goto("/findings")
        await page.get_by_role("button", name="your account").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(heading(page, "Sign in")).to_be_visible()
        await stranger.goto(visitor.printed)
        await stranger.context.clear_cookies()
        await stranger.locator("nav.main").get_by_role("link", name="Findings").click()
        await expect(stranger).to_have_url(f"{visitor.address}/findings")
        await expect(heading(stranger, "Sign in")).to_be_visible()
