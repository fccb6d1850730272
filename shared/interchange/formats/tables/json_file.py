"""A JSON array of flat objects, read as a table: a row for each, a column for each name."""

from pathlib import PurePath
from typing import Any

from shared.interchange.formats import json_text
from shared.interchange.formats.format import File, Unreadable
from shared.interchange.formats.tables.sheet import MAX_COLUMNS, MAX_ROWS, Line, Sheet, too_large

MAX_BYTES = 20 * 1024 * 1024


def knows(content: bytes) -> bool:
    """Whether it is an array that begins with an object."""
    return content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and _objects(json_text.parsed(content))


def _objects(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(item, dict) for item in found[:100])


def read(file: File) -> Sheet:
    """The table in a file; raises Unreadable."""
    items = json_text.load(file)
    if not isinstance(items, list):
        raise Unreadable(f"{file.name} is no array of objects, which is what can be read as a table.")
    names: dict[str, None] = {}
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise Unreadable(f"{file.name}, item {number}: must be an object.")
        names |= dict.fromkeys(item)
    if len(items) > MAX_ROWS or len(names) > MAX_COLUMNS:
        raise Unreadable(too_large(file.name, len(items), len(names)))
    rows = [Line(number, [item.get(name) for name in names]) for number, item in enumerate(items, 1)]
    return Sheet(PurePath(file.name).stem, file.name, [*names], rows, 0)
