"""The way back to what an earlier version said. Pure."""

from collections.abc import Mapping
from typing import Any

from services.web.forms.merging import patch
from shared.contracts.base import SERVER_FIELDS, Kind

_NOT_SAID = frozenset({"state", "state_reason", "provenance", "review"})


def restoring(kind: Kind, then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch that says again what was said then: all that people write, without where it stands in its life,
    reviews that were made and where it came from."""
    apart = SERVER_FIELDS | kind.kept | kind.immutable | _NOT_SAID
    old, new = ({name: value for name, value in each.items() if name not in apart} for each in (then, now))
    return patch(new, old)
