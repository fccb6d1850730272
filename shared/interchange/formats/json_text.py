"""JSON of nobody knows whom: bounded in depth, names once, numbers that are numbers."""

import json
import re
from collections import Counter
from typing import Any

from shared.interchange.formats.format import File, Unreadable

MAX_DEPTH = 60
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


def parsed(content: bytes) -> Any:
    """The document, or None for what is none."""
    try:
        return _loads(content)
    except (ValueError, RecursionError):
        return None


def load(file: File) -> Any:
    """The document in a file; raises Unreadable, with line and column where there are some."""
    try:
        return _loads(file.content)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(f"{file.name}, {where}: is no JSON: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        told = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Unreadable(f"{file.name} is no JSON that can be read: {told}.") from None


def _loads(content: bytes) -> Any:
    text = content.decode("utf-8-sig")
    _check_depth(text)
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _check_depth(text: str) -> None:
    """Before anything is built: deep nesting breaks the parser's recursion."""
    depth = 0
    for bracket in re.findall(r"[\[{\]}]", _TEXTS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"an object has {twice!r} twice")
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")
