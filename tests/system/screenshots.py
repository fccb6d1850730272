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
from tests.system.browsing import Visitor

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_SERVICE = "/entity/service/{service}"


@dataclass(frozen=True)
class Shot:
    """``height`` 0 stands for all of the page, ``above`` is what begins at the top of the picture."""

    name: str
    path: str
    width: int = 1280
    height: int = 0
    scheme: str = "light"
    above: str = "header"


SHOWN = (
    Shot("overview", "/", height=900),
    Shot("entity", _SERVICE, height=1000),
    Shot("graph", f"{_SERVICE}?depth=2", width=1440, height=850, above="#around"),
    Shot("cascade", "/cascade", height=1040),
)
SEEN = tuple(
    Shot(f"{name}-{width}-{scheme}", path, width, scheme=scheme)
    for name, path in (
        ("overview", "/"), ("entity", f"{_SERVICE}?depth=2"), ("cascade", "/cascade"), ("coverage", "/coverage"),
        ("findings", "/findings"), ("changes", "/changes"), ("search", "/search?q=network"),
        ("raci", "/raci/{process}"), ("processes", "/raci"), ("raci-edit", "/raci/burst-response/edit"),
        ("increments", "/increments"), ("increment", "/increments/dependable-first-slice"),
        ("whatif", "/scenarios/new?retire=service/hilltop-radio"),
        ("empty", "/?as_of=2020-01-01T00:00"), ("refused", "/raci/nothing"),
    )
    for width, scheme in ((320, "light"), (1920, "dark"))
)  # fmt: skip


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
        ids = {
            "service": await visitor.found("service", "live network map"),
            "process": await visitor.found("process", "burst"),
        }
        for shot in shots:
            await _take(visitor, folder, shot, ids)
        await launched.close()


async def _take(visitor: Visitor, folder: Path, shot: Shot, ids: dict[str, str]) -> None:
    size = {"width": shot.width, "height": shot.height or 900}
    async with visitor.page(viewport=size, color_scheme=shot.scheme) as page:
        await page.goto(shot.path.format(**ids))
        await page.locator(shot.above).first.evaluate("part => part.scrollIntoView()")
        await page.screenshot(path=folder / f"{shot.name}.png", full_page=not shot.height)


if __name__ == "__main__":
    main()
