"""``make screenshots``: what the README shows of the page, with the sample organisation, in Chromium."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from shared.client import Client
from tests.system import processes

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "images"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Raises SystemExit where there is no browser."""
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit(f"There is no browser here: install one of {', '.join(_BROWSERS)}.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, processes.embedded(Path(folder) / "home") as (server, token):
        environment = {**os.environ, "PLUMBLINE_SERVER": server, "PLUMBLINE_TOKEN": token}
        apply = [sys.executable, "-m", "services", "apply", "-f", str(ROOT / "examples" / "organisation")]
        subprocess.run(apply, env=environment, check=True, capture_output=True)
        for name, path, height in asyncio.run(_pages(server, token)):
            _shoot(browser, Path(folder), f"{server}{path}?token={token}", FOLDER / f"{name}.png", height)


async def _pages(server: str, token: str) -> list[tuple[str, str, int]]:
    async with Client(server, token) as client:
        service = await client.find("service", "live-network-map")
    assert service
    return [("overview", "/", 760), ("entity", f"/entity/service/{service['id']}", 1080)]


def _shoot(browser: str, folder: Path, url: str, picture: Path, height: int) -> None:
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size=1120,{height}"]
    command = [browser, *options, f"--user-data-dir={folder / 'browser'}", f"--screenshot={picture}", url]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
