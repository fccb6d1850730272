"""``make screenshots``: what the README shows of the page, with the sample organisation, in Chromium.

FOLDER=... takes them to another place, and with them those that only a designer looks at: narrow, and in the dark.
"""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import async_playwright

from tests.backends import browser
from tests.backends.server import Missing
from tests.system import processes
from tests.system.browsing import SCREENS, Visitor

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@dataclass(frozen=True)
class Shot:
    """``height`` 0 stands for all of the page."""

    name: str
    path: str
    width: int = 1280
    height: int = 0
    scheme: str = "light"


SHOWN = (
    Shot("overview", SCREENS["home"], height=900),
    Shot("entity", SCREENS["service"], height=1000),
    Shot("graph", "/entity/service/live-network-map/map", width=1440, height=900),
    Shot("cascade", SCREENS["cascade"], height=1040),
    Shot("process", SCREENS["process"], height=900),
    Shot("increment", SCREENS["increment"], height=900),
)
SEEN = tuple(
    Shot(f"{name}-{width}-{scheme}", path, width, scheme=scheme)
    for name, path in SCREENS.items()
    for width, scheme in ((390, "light"), (1440, "dark"))
)


def main() -> None:
    """Raises SystemExit where there is no browser."""
    given = os.environ.get("FOLDER")
    folder, shots = (Path(given), (*SHOWN, *SEEN)) if given else (IMAGES, SHOWN)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, processes.with_sample(Path(home) / "home") as printed:
        try:
            asyncio.run(_shoot(printed, folder, shots))
        except Missing as reason:
            raise SystemExit(f"There is no browser here: {reason}.") from None


async def _shoot(printed: str, folder: Path, shots: Sequence[Shot]) -> None:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=browser.executable(), args=browser.OPTIONS)
        visitor = Visitor(launched, printed)
        await visitor.sign_in()
        for shot in shots:
            await _take(visitor, folder, shot)
        await launched.close()


async def _take(visitor: Visitor, folder: Path, shot: Shot) -> None:
    size = {"width": shot.width, "height": shot.height or 900}
    async with visitor.page(viewport=size, color_scheme=shot.scheme) as page:
        await page.goto(shot.path)
        await page.screenshot(path=folder / f"{shot.name}.png", full_page=not shot.height)


if __name__ == "__main__":
    main()
