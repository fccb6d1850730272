"""Short texts as people type them and forms send them back: numbers, and names to look for. Pure."""

import re
from math import isfinite

from pydantic import TypeAdapter, ValidationError

from shared.resource.listing import Word

_WORD = TypeAdapter[str](Word)
_WRITTEN = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)
_APART = re.compile(r"[+-]?[0-9][0-9\s.,'’_]*")
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
"""What JSON carries in 64 bits."""
_COUNTED = re.compile(r"\d{1,9}", re.ASCII)


def counted(text: str) -> int | None:
    """A version, or the place of a row; None for what is none, or more than there ever are."""
    return int(text) if _COUNTED.fullmatch(text) else None


def number(text: str, *, whole: bool = False) -> int | float:
    """With a point or a comma before its fraction. ``1,700`` might be either of two numbers, and is refused. Raises
    ValueError."""
    if _THOUSANDS.fullmatch(text) or (_APART.fullmatch(text) and not _WRITTEN.fullmatch(text)):
        raise ValueError("must be a number without separators")
    if _WHOLE.fullmatch(text):
        return int(text)
    value = float(text.replace(",", ".")) if _WRITTEN.fullmatch(text) and not whole else None
    if value is None or not isfinite(value):
        raise ValueError(f"must be a {'whole ' if whole else ''}number")
    return value


def can_be_asked(text: str) -> bool:
    """Whether a service would look for it: nothing is called like what it refuses."""
    try:
        _WORD.validate_python(text)
    except ValidationError:
        return False
    return True
