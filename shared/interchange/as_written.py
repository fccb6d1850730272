"""Values of a file as its members take them: a member that is a text has ``404`` and ``1.10`` as they stand there."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from shared.contracts.members import Member, members
from shared.interchange.yaml_documents import Decimal, Unclear, Whole, plain

_NUMBERS = ("number", "whole number")
_ANY = ("anything", "mapping of names to anything")


def as_written(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a model; those that it does not have stay as they are, for it to refuse."""
    known = members(model)
    return {name: _value(known[name], value) if name in known else plain(value) for name, value in values.items()}


def _value(member: Member, value: Any) -> Any:
    if isinstance(value, list) and member.many:
        return [_value(member, each) for each in value]
    if isinstance(value, dict) and member.models:
        nested = member.nested()
        return {name: _value(nested[name], each) if name in nested else plain(each) for name, each in value.items()}
    if isinstance(value, Whole | Decimal) and member.word not in (*_NUMBERS, *_ANY):
        return value.written
    is_refused = isinstance(value, Unclear) and member.word in (*_NUMBERS, "true or false")
    return value if is_refused else plain(value)
