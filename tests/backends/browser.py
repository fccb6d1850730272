"""The browser that the page is tested and photographed in: Debian's Chromium, or one like it."""

import shutil

from tests.backends.server import Missing

_NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu"]
"""It may run as root, and it sees no pages but ours."""


def executable() -> str:
    """Raises Missing."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise Missing(f"there is none of {', '.join(_NAMES)}")
