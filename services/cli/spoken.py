"""Values as people would say them, in a line of a terminal."""

from typing import Any

from services.cli.tables import plain
from shared.interchange.spoken import Names, said

_LONGEST = 60


def spoken(value: Any, names: Names) -> str:
    """On one line and not too long."""
    text = plain(said(value, names))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
