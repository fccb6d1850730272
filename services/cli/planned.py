"""The steps of a plan as sentences."""

from collections.abc import Mapping
from typing import Any

from services.cli.tables import plain, value

_MIDNIGHT = "T00:00:00Z"


def sentence(step: Mapping[str, Any]) -> str:
    """On one line. What it refers to is named already."""
    ref, to = plain(step["ref"]), plain(step.get("to"))
    members = ", ".join(f"{plain(name)} to {value(each)}" for name, each in step["members"].items())
    said = {
        "retire": f"retire {ref}",
        "move": f"move {ref} to {step.get('state')}",
        "link": f"link {ref} {step.get('type')} {to}",
        "end": f"end {ref} {step.get('type')} {to}",
        "set": f"set of {ref}: {members}",
    }[step["action"]]
    return plain(f"{said}, not before {day(step['on'])}" if step["on"] else said)


def day(moment: str) -> str:
    """A moment by its day, where it is the start of one."""
    return moment.removesuffix(_MIDNIGHT)
