"""What is wrong with a member, in a sentence that says what is allowed and what was probably meant. It never repeats
what was sent."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from shared.contracts.members import Member, at, did_you_mean

_PLAIN = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping",
    "finite_number": "must be a number with an end",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
    "missing": "is missing",
    "model_attributes_type": "must be a mapping",
    "model_type": "must be a mapping",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "too_long": "must have at most {max_length} entries",
    "uuid_parsing": "must be an id (UUID)",
    "uuid_type": "must be an id (UUID)",
}
_QUOTED = re.compile(r"'([^']*)'")
_KEY = "must be a key: small letters, digits, dots, hyphens and underscores, of which the first is a letter or a digit"


def sentence(model: type[BaseModel], detail: Mapping[str, Any]) -> str:
    """Of an error of Pydantic's, with its input, about a value for the model."""
    kind, where, said = detail["type"], detail["loc"], detail.get("input")
    member, beside = at(model, where)
    if kind == "extra_forbidden":
        return f"there is no such member{did_you_mean(where[-1], beside)}"
    if kind == "union_tag_not_found" and member:
        return f"needs a type, one of {_choices(member)}"
    if kind == "union_tag_invalid" and member:
        tags = member.nested()["type"].choices
        told = said.get("type") if isinstance(said, Mapping) else None
        return f"its type must be {one_of(told, tags)}"
    if kind == "literal_error" and member and member.choices:
        return f"must be {one_of(said, member.choices)}"
    if kind == "string_pattern_mismatch":
        return _KEY
    return plain(detail)


def plain(detail: Mapping[str, Any]) -> str:
    """The same of a value that belongs to no model."""
    context = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        return f"must be {one_of(None, _QUOTED.findall(context['expected']))}"
    if detail["type"] in _PLAIN:
        return _PLAIN[detail["type"]].format(**context)
    return str(detail["msg"]).removeprefix("Value error, ")


def one_of(said: Any, allowed: Iterable[Any]) -> str:
    """``one of a, b, c; did you mean b?``"""
    known = [str(each).lower() if isinstance(each, bool) else str(each) for each in allowed]
    if len(known) == 1:
        return known[0]
    return f"one of {', '.join(known)}{did_you_mean(said, known) if isinstance(said, str) else ''}"


def _choices(member: Member) -> str:
    return ", ".join(str(each) for each in member.nested()["type"].choices)
