"""Somebody who looks at the page in a browser, and what can be seen of it there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

WIDE: ViewportSize = {"width": 1920, "height": 1080}
NARROW: ViewportSize = {"width": 320, "height": 640}
SERVICE = "Live network map"
SCREENS = {
    "home": "/",
    "findings": "/findings",
    "finding": "/findings/6e343289-9d34-5ba7-a38d-471e01144d08",
    "mend": "/findings/da6a28b8-d67b-5226-83b7-dacbaa9e9402/mend",
    "score": "/score",
    "rules": "/rules",
    "rule": "/rules/V06",
    "admin": "/admin",
    "audit": "/audit",
    "rebuild": "/admin/rebuild",
    "me": "/me",
    "comparison": "/changes?from=2020-01-01T00:00",
    "cascade": "/cascade",
    "coverage": "/coverage",
    "changes": "/changes",
    "increments": "/increments",
    "increment": "/increments/dependable-first-slice",
    "proof": "/increments/dependable-first-slice/proof",
    "scenarios": "/scenarios",
    "whatif": "/scenarios/new?retire=service/hilltop-radio&departure=party/maeve-stroud",
    "processes": "/raci",
    "process": "/raci/burst-response",
    "process-edit": "/raci/burst-response/edit",
    "service": "/entity/service/live-network-map",
    "map": "/entity/service/live-network-map/map?depth=3",
    "relations": "/entity/service/live-network-map/relations",
    "history": "/entity/service/live-network-map/history",
    "edit": "/entity/service/live-network-map/edit",
    "move": "/entity/service/live-network-map/move?to=retired",
    "new": "/new/contract",
    "party": "/entity/party/amara-lindqvist",
    "contract": "/entity/contract/sla-control-room-live",
    "list": "/list/service",
    "search": "/search?q=network",
    "begin": "/begin",
    "import": "/import",
    "empty": "/?as_of=2020-01-01T00:00",
    "nothing": "/raci/nothing",
    "sign-in": "/signin?code=nonsense",
}
"""Every kind of page, with the sample organisation."""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that may say something else in the dark."""
_AXE = Axe().axe_script
_ASKED = """rules => axe.run(document, {resultTypes: ["violations"], ...(rules.length && {runOnly: rules})}).then(
  found => found.violations.map(each => [each.id, each.nodes.map(node => node.html)]))"""


@dataclass
class Visitor:
    """Somebody who has opened the address that ``plumbline up`` printed."""

    browser: Browser
    printed: str
    state: Any = None

    @property
    def address(self) -> str:
        return self.printed.partition("/signin")[0]

    @asynccontextmanager
    async def page(self, **options: Any) -> AsyncIterator[Page]:
        """A page that in the end has complained of nothing, neither the script nor the policy."""
        given = {"storage_state": self.state, "base_url": self.address, "viewport": WIDE, **options}
        context = await self.browser.new_context(**given)
        context.set_default_timeout(10_000)
        page, complaints = await context.new_page(), list[str]()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await context.close()
        refused = [each for each in complaints if not re.search("status of 4(01|04|12|22)", each)]
        assert not refused

    async def sign_in(self) -> None:
        async with self.page() as page:
            await page.goto(self.printed)
            assert not await violations(page)
            await page.get_by_role("button", name="Sign in").click()
            await page.wait_for_url(f"{self.address}/")
            self.state = await page.context.storage_state()

    async def found(self, kind: str, name: str) -> str:
        """The id of the first that is called like that."""
        async with self.page(java_script_enabled=False) as page:
            await page.goto(f"/search?{urlencode({'kind': kind, 'q': name})}")
            link = await page.locator("#results a").first.get_attribute("href")
        assert link
        return link.rpartition("/")[2]


async def stays(page: Page) -> None:
    """From here on, pages have to turn without being loaded whole."""
    await page.evaluate("window.here = true")


async def has_stayed(page: Page) -> bool:
    return bool(await page.evaluate("window.here === true"))


async def visit(page: Page, section: str) -> None:
    """By the sections at the side, which lie behind a button where there is no room; a number may stand beside."""
    sections = page.locator("nav.main")
    if not await sections.is_visible():
        await page.get_by_role("button", name="Sections").click()
    name = re.compile(rf"^{section}( ?\d+)?$")
    await sections.get_by_role("link", name=name).click()
    await expect(sections.locator("[aria-current]")).to_have_text(name)


async def choose_moment(page: Page, at: str) -> None:
    """As it is typed, which needs no script."""
    await page.get_by_role("button", name="Moment").click()
    await page.get_by_label("As recorded on").fill(at)
    await page.get_by_role("button", name="Show", exact=True).click()


def heading(page: Page, text: str) -> Locator:
    return page.get_by_role("heading", level=1, name=text, exact=True)


async def violations(page: Page, *rules: str) -> list[Any]:
    """What axe-core has against the whole page as it is now, by these rules or by all."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_AXE)
    return list(await page.evaluate(_ASKED, list(rules)))
