"""Messages that nothing can be made of, and why not, in words for whoever reads the dead letters."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson

T = TypeVar("T")


class Poison(Exception):
    """A message that no version of this program can make sense of; the text says why, of the message as *it*."""


def readable(made: Callable[[], T]) -> T:
    """What is made of a message, or Poison if nothing can be made of it, whatever the reason."""
    try:
        return made()
    except Poison:
        raise
    except RecursionError:
        raise Poison("it is nested too deeply") from None
    except Exception:  # noqa: BLE001  anybody may have written the message, so anything may go wrong
        raise Poison("a member of its state is missing, or is of another type or size than it may be") from None


def document(raw: bytes | None) -> Any:
    """A message as JSON."""
    if not raw:
        raise Poison("it is empty")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        is_text = raw.decode("utf-8", "ignore").encode() == raw
        raise Poison(f"it is not JSON: {error}" if is_text else "it is not UTF-8") from None


def member(of: Any, name: str, type_: type[T], whose: str = "it") -> T:
    """A member that has to be there."""
    if not isinstance(of, dict):
        raise Poison(f"{whose} is no JSON object")
    value = of.get(name)
    if type(value) is not type_:
        if name not in of:
            raise Poison(f"{whose} has no {name}")
        kind = {str: "text", int: "a whole number", dict: "a JSON object"}[type_]
        raise Poison(f"its {name} is not {kind}" if whose == "it" else f"the {name} of {whose} is not {kind}")
    return value


def instant(of: Mapping[str, Any], name: str) -> datetime | None:
    """An instant as owners write it, or None where there is none."""
    try:
        return moment(of.get(name))
    except (TypeError, ValueError, OverflowError):
        raise Poison(f"its {name} is no instant") from None


def moment(text: str | None) -> datetime | None:
    """The same of a text. Raises TypeError, ValueError and OverflowError."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
