"""The columns that a kind has in a table, made from its contract: headings as people write them, types and choices."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.contracts.relations import RELATIONS
from shared.interchange.records import LINK_MEMBERS, NOT_CARRIED

Type = Literal["text", "integer", "number", "boolean", "instant", "date", "choice", "reference", "any"]
_PLAIN: dict[Any, Type] = {
    bool: "boolean", int: "integer", float: "number", datetime: "instant", AwareDatetime: "instant", date: "date",
    UUID: "reference", str: "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A member, or one below it; ``kinds`` are those that a reference may name, all when empty. ``many`` values stand
    in one cell. A ``relation`` makes links instead of a member."""

    path: tuple[str, ...]
    type: Type
    heading: str
    told: str = ""
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    many: bool = False
    required: bool = False
    relation: bool = False
    creates: bool = False

    @property
    def member(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Part:
    """A list of what has members itself: a table of its own, whose rows name the entity that they are a part of."""

    member: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The table of a kind, and those of its parts."""

    kind: Kind
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]


CUSTOM = Part(
    "custom",
    (
        Column(("name",), "text", "Name", "What the organisation calls the member.", required=True),
        Column(("value",), "any", "Value", "What it holds: text, or JSON.", required=True),
    ),
)
_EVERY = tuple(NODE_KINDS)
LINK_COLUMNS = (
    Column(("source",), "reference", "Source", "Where the relation begins, as kind/key.", kinds=_EVERY, required=True),
    Column(("type",), "choice", "Relation", "What joins the two.", choices=tuple(RELATIONS), required=True),
    Column(("target",), "reference", "Target", "Where it leads, as kind/key.", kinds=_EVERY, required=True),
)


@cache
def layout(kind: Kind) -> Layout:
    """What people look for first stands first: the key, the name, the type, the state."""
    kinds = {re.sub(r"\[.*?\]", "[]", reference.path): reference.kinds for reference in kind.references}
    columns: list[Column] = []
    parts: list[Part] = []
    for name in kind.model.model_fields:
        if name in NOT_CARRIED | kind.kept:
            continue
        if name == "custom":
            parts.append(CUSTOM)
        else:
            _add(kind.model, (name,), kinds, columns, parts)
    states = replace(_named(columns, "state"), type="choice", choices=kind.lifecycle.states)
    columns = [states if column.path == ("state",) else column for column in columns]
    first = ("key", "name", "type", "state", "state_reason", "description")
    order = {name: place for place, name in enumerate(first)}
    columns.sort(key=lambda column: order.get(column.path[0], len(first)))
    return Layout(kind, tuple(columns), tuple(parts))


@cache
def link_columns() -> tuple[Column, ...]:
    """Of a table of links: ends, relation, and what links carry besides."""
    columns: list[Column] = []
    for name in LINK_MEMBERS:
        _add(next(iter(LINKS.values())).model, (name,), {}, columns, [])
    return (*LINK_COLUMNS, *columns)


def _named(columns: list[Column], name: str) -> Column:
    return next(column for column in columns if column.path == (name,))


def _add(
    model: type[BaseModel],
    path: tuple[str, ...],
    kinds: Mapping[str, tuple[str, ...]],
    columns: list[Column],
    parts: list[Part],
) -> None:
    """The columns of one member, or the part that it is."""
    name = path[-1]
    info = model.model_fields[name]
    types, many = _types(info.annotation), False
    if get_origin(types[0]) is list:
        types, many = _types(get_args(types[0])[0]), True
    told = model.descriptions().get(name, "") if hasattr(model, "descriptions") else ""
    pointer = ".".join(path) + ("[]" if many else "")
    column = Column(path, "text", heading(path, many=many), told, many=many, required=info.is_required())
    nested = [each for each in types if _is_model(each)]
    if nested and _is_ref(nested[0]):
        if pointer not in kinds:
            return  # a bundle has no way to say it either
        allowed = _literals(nested[0].model_fields["kind"].annotation) or _EVERY
        columns.append(replace(column, type="reference", kinds=allowed))
    elif nested and many:
        inner: list[Column] = []
        below = {path_: kinds_ for path_, kinds_ in kinds.items() if path_.startswith(f"{pointer}.")}
        plain = {path_.removeprefix(f"{pointer}."): kinds_ for path_, kinds_ in below.items()}
        for each in nested:
            _members(each, (), plain, inner)
        parts.append(Part(name, _merged(inner)))
    elif nested:
        _members(nested[0], path, kinds, columns)
    elif literals := _literals(types[0]):
        columns.append(replace(column, type="choice", choices=literals))
    elif get_origin(types[0]) is Literal:
        columns.append(replace(column, type="boolean"))
    elif get_origin(types[0]) is dict:
        columns.append(replace(column, type="any"))
    else:
        columns.append(replace(column, type=_PLAIN[types[0]], kinds=kinds.get(pointer, ())))


def _members(
    model: type[BaseModel], path: tuple[str, ...], kinds: Mapping[str, tuple[str, ...]], columns: list[Column]
) -> None:
    """Members of a member stand in the same table, under both their names."""
    found: list[Column] = []
    for name in model.model_fields:
        _add(model, (name,), kinds, found, [])
    for column in found:
        whole = (*path, *column.path)
        told = replace(column, path=whole, heading=heading(whole, many=column.many))
        columns.append(replace(told, required=column.required and not path))


def _merged(columns: list[Column]) -> tuple[Column, ...]:
    """Variants of one list share their columns; what only some have is not required."""
    merged: dict[tuple[str, ...], Column] = {}
    for column in columns:
        same = merged.get(column.path)
        choices = tuple(dict.fromkeys((*(same.choices if same else ()), *column.choices)))
        merged[column.path] = replace(column, choices=choices)
    counted = {path: sum(column.path == path for column in columns) for path in merged}
    most = max(counted.values(), default=0)
    return tuple(replace(c, required=c.required and counted[c.path] == most) for c in merged.values())


def _types(annotation: Any) -> list[Any]:
    """What a member may be, without None and what only constrains it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _types(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [each for part in get_args(annotation) if part is not type(None) for each in _types(part)]
    return [annotation]


def _literals(annotation: Any) -> tuple[str, ...]:
    found = [each for type in _types(annotation) if get_origin(type) is Literal for each in get_args(type)]
    return tuple(found) if all(isinstance(each, str) for each in found) else ()


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_ref(model: type[BaseModel]) -> bool:
    return set(model.model_fields) == {"kind", "id"}


def heading(path: tuple[str, ...], *, many: bool = False) -> str:
    """``service_ids`` is "Services" and ``parent_id`` "Parent": what stands there is no id."""
    words = " ".join(path).replace("_", " ")
    if words.endswith(" ids"):
        words = plural(words.removesuffix(" ids")) if many else words
    words = words.removesuffix(" id") if len(words) > len(" id") else words
    return words[:1].upper() + words[1:]


def plural(words: str) -> str:
    if words.endswith((" by", " from")):
        return words
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def normal(text: str) -> str:
    """Headings are the same whatever stands between their words, and however they are spelt."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def spellings(column: Column, kind: Kind | None = None) -> Iterator[str]:
    """Each normal form under which a column is found."""
    plain = [normal(column.heading), normal(" ".join(column.path))]
    yield from plain
    if kind is not None:
        yield from (f"{normal(kind.name)} {each}" for each in plain)
