"""The parts of the page in a browser: for everybody, in every width, in the light and in the dark."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from services.web.rendering import HEADERS
from tests import backends
from tests.backends import browser
from tests.backends.server import Missing
from tests.system.browsing import violations
from tests.unit.web.showing import STATIC, shown

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADDRESS = "http://parts.test"
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
WIDTHS = (320, 390, 1440, 1920)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def launched() -> AsyncIterator[Browser]:
    try:
        executable = browser.executable()
    except Missing as reason:
        backends.skip("browser", reason)
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=executable, args=browser.OPTIONS)


@asynccontextmanager
async def opened(launched: Browser, width: int = 1440, **options: Any) -> AsyncIterator[Page]:
    """The page of all parts under the policy that pages have, which in the end has complained of nothing."""
    context = await launched.new_context(viewport={"width": width, "height": 900}, **options)
    context.set_default_timeout(5_000)
    page, complaints = await context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.route(f"{ADDRESS}/**", _answer)
    await page.goto(f"{ADDRESS}/findings")
    yield page
    await context.close()
    assert not complaints


async def _answer(route: Route) -> None:
    path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
    if path.startswith("/static/"):
        await route.fulfill(path=STATIC / path.removeprefix("/static/"), content_type=_TYPES[path.rpartition(".")[2]])
    elif path == "/live":
        await route.fulfill(body="", content_type="text/event-stream")
    else:
        await route.fulfill(body=shown(), content_type="text/html", headers=HEADERS)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_anybody_out(launched: Browser, width: int, scheme: Literal["light", "dark"]) -> None:
    async with opened(launched, width, color_scheme=scheme) as page:
        assert not await violations(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_keys_search_and_walk_the_rows(launched: Browser) -> None:
    async with opened(launched) as page:
        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.get_by_role("searchbox").blur()
        for expected in ("Sending tankers", "Planning pump schedules", "Support of the billing platform"):
            await page.keyboard.press("j")
            await expect(page.locator("a:focus")).to_contain_text(expected)
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{ADDRESS}/f/2")


async def test_a_filter_applies_at_once_and_keeps_the_focus(launched: Browser) -> None:
    async with opened(launched) as page:
        await expect(page.get_by_role("button", name="Apply")).to_be_hidden()
        await page.get_by_label("Dimension").focus()
        await page.keyboard.press("P")
        await expect(page).to_have_url(f"{ADDRESS}/findings?dimension=Process")
        await expect(page.get_by_label("Dimension")).to_be_focused()


async def test_the_moment_has_a_slider(launched: Browser) -> None:
    async with opened(launched) as page:
        await page.get_by_role("button", name="Moment: now").click()
        slider = page.get_by_label("Through time")
        await expect(slider).to_have_attribute("aria-valuetext", "now")
        await slider.press("Home")
        await expect(page).to_have_url(f"{ADDRESS}/findings?as_of=2025-06-19T00%3A00")


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without"])
async def test_what_cannot_be_undone_asks_first(launched: Browser, scripted: bool) -> None:
    async with opened(launched, java_script_enabled=scripted) as page:
        await page.get_by_role("link", name="Retire", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(int(scripted))
        asking = page.get_by_role("dialog") if scripted else page.locator("main")
        await expect(asking.get_by_role("heading", name="Retire Wallboard feeds?")).to_be_visible()
        await asking.get_by_role("link", name="Keep it").click()
        await expect(page).to_have_url(f"{ADDRESS}/findings")
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_without_the_script_nothing_is_missing(launched: Browser) -> None:
    async with opened(launched, 390, java_script_enabled=False) as page:
        await page.get_by_role("button", name="Sections").click()
        await expect(page.get_by_role("link", name="Cascade")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Moment: now").click()
        await expect(page.get_by_label("Through time")).to_be_hidden()
        await page.get_by_label("As recorded on").fill("2026-10-14T18:00")
        await page.get_by_role("button", name="Show").click()
        await expect(page).to_have_url(f"{ADDRESS}/findings?as_of=2026-10-14T18%3A00")
        await page.get_by_label("Dimension").select_option("Process")
        await page.get_by_role("button", name="Apply").click()
        await expect(page).to_have_url(f"{ADDRESS}/findings?dimension=Process")


async def test_the_map_grows_and_a_box_that_is_looked_at_shows_its_lines(launched: Browser) -> None:
    async with opened(launched) as page:
        drawing, hosting = page.locator("svg.draw"), page.locator("svg.draw a", has_text="Live network map").first
        width = float(await drawing.get_attribute("width") or 0)
        await page.get_by_role("button", name="Larger").click()
        assert float(await drawing.get_attribute("width") or 0) == pytest.approx(width * 1.25)
        await hosting.focus()
        own = page.locator("g.nd:focus-within .hl")
        assert await own.evaluate_all("lines => lines.map(line => getComputedStyle(line).opacity)") == ["1", "1", "1"]
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{ADDRESS}/entity/service/live-network-map")


async def test_on_paper_everything_is_unfolded_and_nothing_is_to_be_pressed(launched: Browser) -> None:
    async with opened(launched, 794) as page:
        folded = page.get_by_text("Leak hotspot briefing")
        await expect(folded).to_be_hidden()
        await page.emulate_media(media="print")
        await expect(folded).to_be_visible()
        for gone in (".side", ".bar", ".savebar", ".toast", ".filters"):
            await expect(page.locator(gone).first).to_be_hidden()


async def test_what_is_current_can_be_told_in_forced_colours(launched: Browser) -> None:
    async with opened(launched, forced_colors="active") as page:
        for current in (".seg [aria-current]", ".fchip[aria-current]", "nav.main [aria-current]"):
            assert await page.locator(current).first.evaluate("part => getComputedStyle(part).outlineStyle") == "solid"
        assert not await violations(page)
