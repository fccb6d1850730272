"""Cells as people and spreadsheets write them, and the values that the API has; each way is the other one backwards."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any

from shared.interchange.formats.tables.columns import Column

Resolve = Callable[[str, Column], str]
"""Makes ``kind/key`` of what stands for an entity; raises ValueError, which says what is allowed."""

SEPARATOR = ";"
_ESCAPED = re.compile(r"[\\;]|^\s|\s$")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
_TRUTHS = {"yes": True, "true": True, "x": True, "1": True, "no": False, "false": False, "0": False, "-": False}
_PLACEHOLDER = re.compile(r"\s*\*{3}.*\*{3}\s*", re.DOTALL)


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_placeholder(cell: Any) -> bool:
    """Whether a cell still says what is to be written there: ``*** Replace this with ... ***``."""
    return isinstance(cell, str) and bool(_PLACEHOLDER.fullmatch(cell))


def parse(column: Column, cell: Any, resolve: Resolve) -> Any:
    """The value of a cell that is not empty. Raises ValueError, which says what is allowed."""
    if not column.many:
        return _one(column, cell, resolve)
    items = cell if isinstance(cell, list) else [*split(text(cell))]
    return [_one(column, item, resolve) for item in items if not is_empty(item)]


def _one(column: Column, cell: Any, resolve: Resolve) -> Any:
    if column.type == "any":
        return _any(cell)
    if isinstance(cell, dict | list):
        raise ValueError("must be a single value, and is a structure")
    if column.type == "reference":
        return resolve(text(cell).strip(), column)
    if column.type == "choice":
        return _choice(column, text(cell))
    return _READ[column.type](cell)


def text(cell: Any) -> str:
    """A cell as text; the date cells of a spreadsheet have no zone, and are taken as UTC."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        plain = cell.isoformat()
        return plain.partition("T")[0] if cell.time() == time() and cell.tzinfo is None else f"{plain}Z"
    return str(cell)


def _any(cell: Any) -> Any:
    """Plain JSON is what it says, and everything else is text."""
    if not isinstance(cell, str):
        return text(cell) if isinstance(cell, date | time | timedelta) else _whole(cell)
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


def _whole(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell


def _choice(column: Column, cell: str) -> str:
    plain = cell.strip()
    folded = re.sub(r"[\s_-]+", "_", plain.casefold())
    if plain in column.choices:
        return plain
    if folded in column.choices:
        return folded
    raise ValueError(
        f"must be one of {', '.join(column.choices)}, and is {shown(plain)}{meant(folded, column.choices)}"
    )


def _integer(cell: Any) -> int:
    plain = text(cell).strip()
    if not re.fullmatch(r"[-+]?\d{1,18}", plain):
        raise ValueError(f"must be a whole number, such as 12, and is {shown(plain)}")
    return int(plain)


def _number(cell: Any) -> float | int:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _whole(cell)  # type: ignore[no-any-return]  # a number stays one
    plain = text(cell).strip()
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"must be a number, such as 12.5, and is {shown(plain)}")
    if re.fullmatch(r"[-+]?\d{1,3},\d{3}", plain):
        raise ValueError(
            f"{plain} is read in different ways: write {plain.replace(',', '')} or {plain.replace(',', '.')}"
        )
    value = float(plain.replace(",", "."))
    return int(plain) if re.fullmatch(r"[-+]?\d{1,15}", plain) else value


def _boolean(cell: Any) -> bool:
    plain = text(cell).strip().casefold()
    if plain not in _TRUTHS:
        raise ValueError(f"must be yes or no, and is {shown(plain)}")
    return _TRUTHS[plain]


def _date(cell: Any) -> str:
    plain = text(cell).strip()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", plain):
        raise ValueError(f"must be a day, such as 2026-01-31, and is {shown(plain)}")
    return plain


def _instant(cell: Any) -> str:
    plain = text(cell).strip()
    if not re.match(r"\d{4}-\d{2}-\d{2}", plain):
        raise ValueError(
            f"must be a day or a moment, such as 2026-01-31 or 2026-01-31T12:00:00Z, and is {shown(plain)}"
        )
    return plain


_READ: dict[str, Callable[[Any], Any]] = {
    "text": text, "integer": _integer, "number": _number, "boolean": _boolean, "date": _date, "instant": _instant,
}  # fmt: skip


def shown(given: str) -> str:
    return repr(given if len(given) <= 60 else f"{given[:59]}…")


def meant(given: str, known: Iterable[str]) -> str:
    """``; did you mean X?`` where something is near."""
    near = get_close_matches(given, list(known), 1, 0.7)
    return f"; did you mean {near[0]}?" if near else ""


def split(cell: str) -> Iterator[str]:
    """Items between semicolons, without the space around them; a backslash takes what follows as it stands."""
    item: list[tuple[str, bool]] = []
    taken = False
    for letter in f"{cell}{SEPARATOR}":
        if taken or (letter not in "\\;"):
            item.append((letter, taken))
            taken = False
        elif letter == "\\":
            taken = True
        else:
            yield _trimmed(item)
            item = []


def _trimmed(item: list[tuple[str, bool]]) -> str:
    kept = [index for index, (letter, escaped) in enumerate(item) if escaped or not letter.isspace()]
    return "".join(letter for letter, _ in item[kept[0] : kept[-1] + 1]) if kept else ""


def written(column: Column, value: Any) -> Any:
    """The cell of a value: text, a number or a truth."""
    if column.many:
        return f"{SEPARATOR} ".join(_ESCAPED.sub(lambda found: f"\\{found[0]}", str(item)) for item in value)
    if column.type == "any":
        return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) or _any(value) != value else value
    if column.type == "reference" and len(column.kinds) == 1 and value.startswith(f"{column.kinds[0]}/"):
        return value.partition("/")[2]
    return value


def harmless(cell: Any) -> Any:
    """Text that no spreadsheet takes for a formula when it opens a file of plain text (CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def unquoted(cell: Any) -> Any:
    """What ``harmless`` made, as it was."""
    return cell[1:] if isinstance(cell, str) and _QUOTED.match(cell) else cell


def kept(cell: Any) -> Any:
    """For a file that says itself that text is text: only what ``unquoted`` would change is quoted."""
    return f"'{cell}" if isinstance(cell, str) and _QUOTED.match(cell) else cell
