"""Values of members as people would say them: what they refer to by its name, and of lists what differs."""

from collections.abc import Mapping
from typing import Any

Names = Mapping[str, str]
"""What an id is called."""


def differing(there: Any, source: Any) -> tuple[Any, Any]:
    """Of two lists what only one of them has; anything else as it is."""
    if not (isinstance(there, list) and isinstance(source, list)):
        return there, source
    return [each for each in there if each not in source], [each for each in source if each not in there]


def said(value: Any, names: Names) -> str:
    if isinstance(value, dict):
        if value.keys() == {"kind", "id"}:
            return names.get(str(value["id"])) or f"{value['kind']}/{value['id']}"
        told = {_word(name): said(each, names) for name, each in value.items() if each not in (None, [], {}, "")}
        return ", ".join(f"{name} {each}" for name, each in told.items())
    if isinstance(value, list):
        return "; ".join(said(each, names) for each in value)
    return names.get(value, value) if isinstance(value, str) else "" if value is None else str(value)


def _word(name: str) -> str:
    return name.removesuffix("_ids").removesuffix("_id").replace("_", " ")
