"""What members a model has, as people are told: their types, choices, bounds and nested types. Made from the models, so
that ``explain``, the bundle that ``new`` writes, refusals and the documentation say the same."""

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic.types import AwareDatetime

from shared.contracts.instant import Ending
from shared.contracts.model import Model

_SIMPLE = {
    str: "text", bool: "true or false", int: "whole number", float: "number", UUID: "id", date: "date",
    datetime: "date or time", AwareDatetime: "date or time", Any: "anything",
}  # fmt: skip
_ENDING = next(each for each in get_args(Ending) if isinstance(each, BeforeValidator))


@dataclass(frozen=True)
class Member:
    """One member of a model. ``word`` is its type, for people; of a list it is that of each item. ``choices`` are all
    the values that it takes, where they can be told; ``models`` the nested types of which it is one. ``default`` is
    what it has when it is left out. ``ends`` says of a time that a plain date means its end."""

    name: str
    meaning: str
    word: str
    required: bool = False
    many: bool = False
    choices: tuple[Any, ...] = ()
    models: tuple[type[Model], ...] = ()
    bounds: tuple[str, ...] = ()
    default: Any = None
    ends: bool = False

    @property
    def told(self) -> str:
        """Its type in a few words: ``list of text``, ``one of sla, ola, uc``."""
        one = f"one of {', '.join(map(_word, self.choices))}" if self.choices else self.word
        return f"list of {one}" if self.many else one

    def nested(self) -> dict[str, "Member"]:
        """The members of what it consists of; of several types, those of each, with the choices of all."""
        found: dict[str, Member] = {}
        for name, member in (each for model in self.models for each in members(model).items()):
            choices = dict.fromkeys((*(found[name].choices if name in found else ()), *member.choices))
            found[name] = replace(found.get(name, member), choices=tuple(choices))
        return found


def members(model: type[BaseModel]) -> Mapping[str, Member]:
    """By name, in their order."""
    return _members(model)


@cache
def _members(model: type[BaseModel]) -> dict[str, Member]:
    meanings = model.descriptions() if issubclass(model, Model) else {}
    return {name: _member(name, info, meanings.get(name, "")) for name, info in model.model_fields.items()}


def _member(name: str, info: FieldInfo, meaning: str) -> Member:
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    bare = Member(name, " ".join(meaning.split()), "anything", info.is_required(), default=default)
    return _typed(bare, info.annotation, info.metadata)


def _typed(member: Member, annotation: Any, marks: Iterable[Any] = ()) -> Member:
    marks = [*marks]
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        marks += [mark for each in more for mark in (each.metadata if isinstance(each, FieldInfo) else [each])]
    kinds = [each for each in get_args(annotation) if each is not types.NoneType]
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType) and len(kinds) == 1:
        return _typed(member, kinds[0], marks)
    if origin is list:
        bounded = replace(member, many=True, bounds=(*member.bounds, *_bounds(marks, "items")))
        return _typed(bounded, kinds[0])
    if origin in (Union, types.UnionType):
        each = [_typed(replace(member, bounds=()), kind) for kind in kinds]
        words = dict.fromkeys(one.word for one in each)
        return replace(member, word=" or ".join(words), models=tuple(model for one in each for model in one.models))
    if origin is Literal:
        return replace(member, word="choice", choices=tuple(kinds))
    if origin is dict:
        return replace(member, word="mapping of names to anything", bounds=tuple(_bounds(marks, "names")))
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return replace(member, word=_name(annotation), models=(annotation,))
    type_ = _SIMPLE.get(annotation, "anything")
    bounds = (*member.bounds, *_bounds(marks, "characters"))
    return replace(member, word=type_, bounds=bounds, ends=_ENDING in marks)


def _name(model: type) -> str:
    """``ServiceLevelTarget`` as ``service level target``."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in model.__name__).strip()


def _bounds(marks: Iterable[Any], of: str) -> Iterator[str]:
    for mark in marks:
        for name, text in _LIMITS.items():
            value = getattr(mark, name, None)
            if value is not None:
                yield text.format(value, of)


_LIMITS = {
    "ge": "at least {0:,}", "le": "at most {0:,}", "min_length": "not empty", "max_length": "at most {0:,} {1}",
    "pattern": "of the form {0}",
}  # fmt: skip


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def at(model: type[BaseModel], path: Iterable[str | int]) -> tuple[Member | None, Mapping[str, Member]]:
    """The member that a path of names and indexes leads to, and the members that are beside it there; None where there
    is no such member."""
    beside: Mapping[str, Member] = members(model)
    found: Member | None = None
    for step in written(model, path):
        if isinstance(step, int):
            continue
        if found is not None:
            beside = found.nested()
        found = beside.get(step)
        if found is None:
            return None, beside
    return found, beside


def written(model: type[BaseModel], path: Iterable[str | int]) -> list[str | int]:
    """The path as whoever wrote the value knows it: without the steps by which one of several nested types is told."""
    steps, beside = list[str | int](), members(model)
    of_several = False
    for step in path:
        if of_several and isinstance(step, str):  # right after the place of an item
            of_several = False
            continue
        steps.append(step)
        if isinstance(step, str):
            member = beside.get(step)
            beside = member.nested() if member else {}
            of_several = member is not None and len(member.models) > 1
    return steps


def nearest(word: Any, known: Iterable[Any]) -> str | None:
    """What was probably meant, if anything is near."""
    texts = {str(each).casefold(): str(each) for each in known}
    close = get_close_matches(str(word)[:200].casefold(), texts, 1, 0.6)
    return texts[close[0]] if close else None


def did_you_mean(word: Any, known: Iterable[Any]) -> str:
    """``; did you mean operational?``, or nothing."""
    found = nearest(word, known)
    return f"; did you mean {found}?" if found else ""
