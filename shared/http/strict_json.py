"""The one reader in front of every body: UTF-8 JSON without the corners that later break an encoder or a database."""

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from shared.errors import BadRequest

MAX_DEPTH = 32
MAX_VALUES = 20_000
_MAX_INTEGER = 2**63 - 1


class _TooDeep(Exception):
    """A value lies deeper than it may."""


def read(raw: bytes, depth: int = MAX_DEPTH, values: int = MAX_VALUES) -> Any:
    """Parse a body. Raises BadRequest for what is not strict JSON, never anything else."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None
    except RecursionError:
        raise BadRequest("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    try:
        _check(value, depth, values)
    except _TooDeep:
        raise BadRequest(f"The body is nested more than {depth} deep.") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadRequest("An object in the body has the same member twice.")
    return members


def _constant(_: str) -> NoReturn:
    raise BadRequest("NaN and Infinity are not JSON.")


def _integer(text: str) -> int:
    if len(text) > 20 or abs(number := int(text)) > _MAX_INTEGER:
        raise BadRequest("An integer in the body is out of range.")
    return number


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadRequest("A number in the body is out of range.")
    return number


def _check(value: Any, depth: int, most: int) -> int:
    """How many values it holds, itself included."""
    if isinstance(value, str):
        _check_text(value)
    inside: Iterable[Any] = ()
    if isinstance(value, dict):
        for name in value:
            _check_text(name)
        inside = value.values()
    elif isinstance(value, list):
        inside = value
    else:
        return 1
    _check_depth(depth)
    count = 1
    for each in inside:
        count += _check(each, depth - 1, most)
        if count > most:  # each may be wrong, and an error takes far more room than what is wrong
            raise BadRequest(f"The body holds more than {most:,} values.")
    return count


def _check_depth(depth: int) -> None:
    if depth <= 0:
        raise _TooDeep


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise BadRequest("A text in the body holds a NUL character.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise BadRequest("A text in the body holds half of a surrogate pair.")
