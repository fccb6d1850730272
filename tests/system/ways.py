"""Ways of using a page: by pointer, by keyboard alone. Each reaches for what a person would see or hear named."""

from playwright.async_api import Locator, expect

_MOST_TABS = 400


class Pointer:
    async def press(self, it: Locator) -> None:
        await it.click()

    async def tick(self, it: Locator) -> None:
        await it.check()

    async def write(self, it: Locator, text: str) -> None:
        await it.fill(text)

    async def choose(self, it: Locator, label: str) -> None:
        await it.select_option(label=label)


class Keyboard(Pointer):
    """Nothing is touched but keys, and nothing is pressed that has not been reached by Tab."""

    async def press(self, it: Locator) -> None:
        await self._reach(it)
        await it.page.keyboard.press("Enter")

    async def tick(self, it: Locator) -> None:
        """One of several: Tab stops at the first of them, and arrows go on."""
        await expect(it).to_be_visible()
        group = it.page.locator(f"input[type=radio][name='{await it.get_attribute('name')}']")
        await self._reach(group.first)
        for _ in range(await group.count()):
            if await it.evaluate("it => it === document.activeElement"):
                break
            await it.page.keyboard.press("ArrowDown")
        await it.page.keyboard.press("Space")
        await expect(it).to_be_checked()

    async def write(self, it: Locator, text: str) -> None:
        await self._reach(it)
        await it.page.keyboard.press("Control+A")
        await it.page.keyboard.type(text)

    async def choose(self, it: Locator, label: str) -> None:
        await self._reach(it)
        await it.page.keyboard.type(label)
        await expect(it.locator("option:checked")).to_have_text(label)

    async def _reach(self, it: Locator) -> None:
        await expect(it).to_be_visible()
        for _ in range(_MOST_TABS):
            if await it.evaluate("it => it === document.activeElement"):
                return
            await it.page.keyboard.press("Tab")
        raise AssertionError(f"{it} is not reached by Tab")
