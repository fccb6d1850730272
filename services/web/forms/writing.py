"""What stands in a form: the texts of a document, field by field, as a browser sends them back. Pure.

A tree has a text for each simple field, a tree for a group, and a list of texts or trees for rows.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

import orjson

from services.web.forms.fields import Field
from shared.contracts.instant import moment

Tree = dict[str, Any]
_DAY = timedelta(days=1)
_BREAKS = frozenset("\r\n")


def tree(fields: Sequence[Field], document: Mapping[str, Any], names: Mapping[str, str]) -> Tree:
    """``names`` say what a reference is called, by ``kind/id``; without a name it is called just that."""
    return {each.name: _written(each, document.get(each.name), names) for each in fields if each.constant is None}


def empty_row(field: Field, type: str = "") -> Any:
    """What is added to rows: of several types, one of a type."""
    if field.plain:
        return ""
    return {**tree(field.parts[type], {}, {}), **({"type": type} if type else {})}


def _written(field: Field, value: Any, names: Mapping[str, str]) -> Any:
    if field.shape == "group":
        return tree(field.parts[""], value or {}, names)
    if field.shape == "rows":
        return [_row(field, each, names) for each in value or ()]
    if field.shape == "lines":
        return "\n".join(value or ())
    if field.shape == "pairs":
        return "\n".join(f"{_name(name)}: {_value(each)}" for name, each in (value or {}).items())
    return "" if value is None else _text(field, value, names)


def _row(field: Field, value: Any, names: Mapping[str, str]) -> Any:
    if field.plain:
        return _reference(field, value, names) if field.refers else str(value)
    type = value.get("type", "") if len(field.parts) > 1 else ""
    return {**tree(field.parts[type], value, names), **({"type": type} if type else {})}


def _text(field: Field, value: Any, names: Mapping[str, str]) -> str:
    match field.shape:
        case "reference":
            return _reference(field, value, names)
        case "truth":
            return "yes" if value else "no"
        case "moment":
            return _moment(str(value), ends=field.ends)
        case "number":
            return repr(value) if isinstance(value, float) and not value.is_integer() else str(int(value))
    return str(value)


def _reference(field: Field, value: Any, names: Mapping[str, str]) -> str:
    ref = f"{field.kinds[0]}/{value}" if isinstance(value, str) else f"{value['kind']}/{value['id']}"
    return names.get(ref, ref)


def _moment(text: str, *, ends: bool) -> str:
    """A plain date where it says as much: of what ends, the last day. Otherwise the moment in UTC."""
    at = moment(text)
    if at == datetime(at.year, at.month, at.day, tzinfo=UTC) and at.year > 1:
        return f"{(at - _DAY * ends).date()}"
    return at.replace(tzinfo=None).isoformat(timespec="microseconds" if at.microsecond else "seconds")


def _name(name: str) -> str:
    """As it is, or in quotes where its end would not be seen."""
    plain = name == name.strip() and not name.startswith('"') and ":" not in name and not _BREAKS & {*name}
    return name if plain else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    """A text as it is, unless it reads as something else or has more lines."""
    plain = isinstance(value, str) and value == value.strip() and value and not _BREAKS & {*value} and not _reads(value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _reads(text: str) -> bool:
    try:
        said(text)
    except ValueError:
        return False
    return True


def said(text: str) -> Any:
    """What a text says as JSON. Raises ValueError where it says nothing that a service could be sent."""
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
        orjson.dumps(value)
    except (TypeError, RecursionError):
        raise ValueError("cannot be sent") from None
    return value


def _finite(text: str) -> float:
    if not isfinite(value := float(text)):
        raise ValueError("must be finite")
    return value


def sent(tree: Tree) -> Iterator[tuple[str, str]]:
    """The fields of a tree as a browser sends them: rows say their numbers first."""
    for name, value in tree.items():
        yield from _sent(name, value)


def _sent(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for below, each in value.items():
            yield from _sent(f"{name}.{below}", each)
    else:
        for number, each in enumerate(value):
            yield name, str(number)
            yield from _sent(f"{name}.{number}", each)
