"""By which means somebody did something: as far as a token tells it, and else as a client says."""

from collections.abc import Mapping
from typing import Literal, get_args

Means = Literal["page", "command", "apply", "import", "api", "service", "clock"]
MEANS: Mapping[str, str] = {
    "page": "on the page",
    "command": "by the command line",
    "apply": "by a bundle",
    "import": "by an import",
    "api": "by the API",
    "service": "by a service",
    "clock": "at its date",
}
"""As people say it."""
HEADER = "Plumbline-Means"
_SAID: frozenset[str] = frozenset({"command", "apply", "import"})
"""What a client may say of itself; who says something else is told as ``api``."""
assert {*get_args(Means)} == {*MEANS}


def said(given: str | None) -> str:
    """By which means a token of the issuer was used, as its client says."""
    return given if given in _SAID else "api"
