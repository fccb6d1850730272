"""Where something came from, as a filter finds it: the models and bundles of its provenance."""

from collections.abc import Mapping
from typing import Any


def models_of(state: Mapping[str, Any]) -> str | None:
    """The models and bundles that something came from, each in a line: a filter finds it between the ends of two."""
    named = [entry.get("model") or _bundle(entry) for entry in _entries(state)]
    found = sorted({" ".join(name.split()) for name in named if name})
    return f"\n{chr(10).join(found)}\n" if found else None


def _bundle(entry: Mapping[str, Any]) -> str:
    """The name of a bundle as its source says it, which had no member of its own once."""
    return "" if entry.get("type") else str(entry.get("source")).partition(":")[2]


def _entries(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Its provenance; of that of a later release only what is an entry."""
    entries = state.get("provenance")
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def came_as(link: Mapping[str, Any]) -> Any:
    """The type that a link has in the model that it came from; None for one that came from none."""
    return next((entry["type"] for entry in _entries(link) if entry.get("type")), None)
