"""The fields of a form: each member of a kind that people write, and how it is written. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from services.web.filters import capitalize, words
from shared.contracts.base import Kind
from shared.contracts.members import Member, members
from shared.contracts.model import Model
from shared.contracts.told import is_reference, references, said

Shape = Literal[
    "text", "area", "number", "choice", "truth", "day", "moment", "reference", "lines", "pairs", "group", "rows"
]
"""How a member is written. ``lines`` is one text on each line, ``pairs`` a name and a value on each, ``rows`` what can
be added, moved and removed, ``group`` fields that belong together."""
_KEPT_BY_REVIEWS = frozenset({"review.last_at", "review.last_by", "review.comment"})
_ELSEWHERE = frozenset({"state", "state_reason"})
"""States move by acts of their own, and the reason of a change stands beside the button."""
_SHORT = 2_000


@dataclass(frozen=True)
class Field:
    """``path`` leads to it without numbers of rows. What ``refers`` names one of ``kinds``, or anything where there are
    none, by an id alone where it is ``bare``. ``parts`` are the fields of a group or of a row, by the type of
    the row where there are several, else under an empty text. ``constant`` is the one value that it ever has."""

    path: str
    name: str
    label: str
    help: str
    shape: Shape
    required: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    refers: bool = False
    kinds: tuple[str, ...] = ()
    bare: bool = False
    whole: bool = False
    ends: bool = False
    constant: Any = None
    parts: Mapping[str, Sequence["Field"]] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether a row of it is one value and no fields."""
        return not self.parts

    @property
    def tall(self) -> bool:
        """Whether what is typed may have several lines."""
        return self.shape in ("area", "lines", "pairs") or (self.shape == "rows" and self.plain and not self.refers)


@cache
def fields(kind: Kind, *, new: bool) -> tuple[Field, ...]:
    """In the order of a form. What never changes is a field of what is ``new`` only."""
    known = said(kind)
    left_out = _ELSEWHERE if new else _ELSEWHERE | kind.immutable
    own = [_field(kind, member.name, member) for member in known.values() if member.name not in left_out]
    key = _field(kind, "key", members(kind.model)["key"])
    return (own[0], _optional(key) if new else key, *own[1:])


def _optional(key: Field) -> Field:
    return Field(key.path, key.name, key.label, f"{key.help} Made from the name when it is left out.", "text")


def common(kind: Kind) -> frozenset[str]:
    """Names of the fields that every kind has, and few people fill in."""
    return frozenset({"criticality", "tags", "external_refs", "review", "custom", "valid_from", "valid_to"}) & {
        *members(kind.model)
    }


def _field(kind: Kind, path: str, member: Member) -> Field:
    label = _label(member.name)
    base: dict[str, Any] = {
        "path": path,
        "name": member.name,
        "label": label,
        "help": member.meaning.replace("; null ", "; empty "),
        "required": member.required,
    }
    shape = _shape(kind, path, member)
    if shape == "reference":
        named: Shape = "rows" if member.many else "reference"
        kinds, bare = references(kind)[path], not member.models
        return Field(**base, shape=named, many=member.many, refers=True, kinds=kinds, bare=bare)
    if len(member.choices) == 1:
        return Field(**base, shape="choice", choices=tuple(map(str, member.choices)), constant=member.choices[0])
    return Field(
        **base,
        shape=shape,
        many=member.many,
        choices=tuple(map(str, member.choices)),
        whole=member.word == "whole number",
        ends=member.ends,
        parts=_parts(kind, path, member),
    )


def _label(name: str) -> str:
    label = words(name.replace("_ids", "s"))
    return {"IT dependent": "Needs IT"}.get(label, capitalize(label))


def _shape(kind: Kind, path: str, member: Member) -> Shape:
    if is_reference(kind, path):
        return "reference"
    if member.models:
        return "rows" if member.many else "group"
    if member.choices:
        return "choice"
    if member.many:
        return "lines" if _is_short(member) else "rows"
    match member.word:
        case "true or false":
            return "truth"
        case "whole number" | "number":
            return "number"
        case "date":
            return "day"
        case "date or time":
            return "moment"
        case "text" | "id":
            return "text" if _is_short(member) else "area"
    return "pairs"


def _is_short(member: Member) -> bool:
    longest = [int(each.split()[2].replace(",", "")) for each in member.bounds if each.endswith("characters")]
    return member.word == "id" or any(each <= _SHORT for each in longest)


def _parts(kind: Kind, path: str, member: Member) -> dict[str, tuple[Field, ...]]:
    several = len(member.models) > 1
    return {(_type_of(model) if several else ""): _fields_of(kind, path, model) for model in member.models}


def _type_of(model: type[Model]) -> str:
    return str(members(model)["type"].choices[0])


def _fields_of(kind: Kind, path: str, model: type[Model]) -> tuple[Field, ...]:
    known = {f"{path}.{name}": member for name, member in members(model).items()}
    return tuple(_field(kind, below, member) for below, member in known.items() if below not in _KEPT_BY_REVIEWS)
